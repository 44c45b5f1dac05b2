import ArgumentParser
import Checkpoints
import Foundation
import Machine
import Tensor

/// `weights inspect`: the contents of a checkpoint.
struct WeightsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "List the tensors of any supported checkpoint, and which networks fit.",
    discussion: """
      Listed is the state dictionary: what is under 'model' or 'state_dict' where there is such a key, else all. The keys \
      at the end say where in the file there are tensors, and which networks they fill; --weights-key takes them.
      """)

  @Argument(help: "The checkpoint: a file, the index of a sharded one, or a folder with one.")
  var file: String

  @Option(help: "List what is under this key.")
  var weightsKey: String?

  @OptionGroup var results: ReportOptions

  func run() throws {
    let checkpoint = try Checkpoint.open(file)
    let summary = try Summary(checkpoint, checkpoint.stateDictionary(key: weightsKey))
    try results.print(summary) {
      Console.table(
        ["tensor", "shape", "type", "bytes"],
        summary.tensors.map { tensor in
          [tensor.name, Shape(tensor.shape).description, tensor.type, tensor.bytes.grouped]
        }, right: [3])
      for (name, obstacle) in summary.unreadable.sorted(by: { $0.key < $1.key }) {
        Console.result("# not read: \(name), \(obstacle)")
      }
      for (key, text) in checkpoint.metadata.sorted(by: { $0.key < $1.key }) {
        Console.result("# \(key): \(text)")
      }
      for place in summary.keys {
        let networks =
          place.networks.isEmpty ? "" : ", the parameters of \(place.networks.joined(separator: ", "))"
        Console.result(
          "# key \(place.key.isEmpty ? "(root)" : place.key): \(place.tensors) tensors\(networks)")
      }
      Console.result(
        "# \(summary.format), \(summary.bytes.asBytes), \(summary.tensors.count) tensors, "
          + "\(summary.elements.grouped) elements, SHA-256 \(summary.sha256)")
    }
  }

  private struct Summary: Encodable {
    struct Entry: Encodable {
      let name: String, shape: [Int], type: String, bytes: Int
    }

    let path: String, format: String, bytes: Int, sha256: String, elements: Int
    let metadata: [String: String]
    /// The key of the listed tensors; empty for the root.
    let key: String
    let tensors: [Entry]
    /// The descriptions, by name, of values that are not readable tensors.
    let unreadable: [String: String]
    let keys: [CheckpointKey]

    init(_ checkpoint: Checkpoint, _ dictionary: StateDictionary) throws {
      path = checkpoint.path
      format = checkpoint.format.rawValue
      bytes = checkpoint.fileSize
      sha256 = try checkpoint.sha256()
      metadata = checkpoint.metadata
      key = String(dictionary.prefix.dropLast())
      // Instances are hyper-parameters and similar objects; other unreadable values may have been intended as
      // weights.
      unreadable = checkpoint.unreadable.filter { !$0.value.hasPrefix("an instance") }
      // Expanded tensors may have more elements than fit in memory, and their sum must not trap.
      elements = dictionary.tensors.reduce(0) { $0 &+ $1.shape.count }
      tensors = dictionary.tensors.map {
        Entry(name: $0.name, shape: $0.shape.extents, type: $0.elementType.rawValue, bytes: $0.byteCount)
      }
      keys = try CheckpointKey.all(in: checkpoint)
    }
  }
}
