import ArgumentParser
import Checkpoints
import Foundation
import Tensor

/// `weights inspect`: what is in a checkpoint.
struct WeightsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "List the tensors of any supported checkpoint.")

  @Argument(help: "The checkpoint.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let checkpoint = try Checkpoint.open(file)
    let summary = try Summary(checkpoint)
    if json { return try Console.result(json: summary) }
    Console.table(
      ["tensor", "shape", "type", "bytes"],
      summary.tensors.map { tensor in
        [tensor.name, Shape(tensor.shape).description, tensor.type, tensor.bytes.grouped]
      }, right: [3])
    for (key, text) in checkpoint.metadata.sorted(by: { $0.key < $1.key }) {
      Console.result("# \(key): \(text)")
    }
    Console.result(
      "# \(summary.format), \(summary.bytes.asBytes), \(summary.tensors.count) tensors, "
        + "\(summary.elements.grouped) elements, SHA-256 \(summary.sha256)")
  }

  private struct Summary: Encodable {
    struct Entry: Encodable {
      let name: String, shape: [Int], type: String, bytes: Int
    }

    let path: String, format: String, bytes: Int, sha256: String, elements: Int
    let metadata: [String: String]
    let tensors: [Entry]

    init(_ checkpoint: Checkpoint) throws {
      path = checkpoint.path
      format = checkpoint.format.rawValue
      bytes = checkpoint.fileSize
      sha256 = try checkpoint.sha256()
      metadata = checkpoint.metadata
      // Expanded tensors may count more elements than memory holds; their sum must not trap.
      elements = checkpoint.tensors.reduce(0) { $0 &+ $1.shape.count }
      tensors = checkpoint.tensors.map {
        Entry(name: $0.name, shape: $0.shape.extents, type: $0.elementType.rawValue, bytes: $0.byteCount)
      }
    }
  }
}
