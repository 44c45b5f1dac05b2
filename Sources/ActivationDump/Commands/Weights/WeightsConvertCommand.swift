import ArgumentParser
import Checkpoints
import Foundation
import Models
import Recording
import Tensor

/// `weights convert`: any checkpoint to safetensors.
struct WeightsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a checkpoint's tensors as safetensors, in float32.",
    discussion: """
      With --model only what that network needs is written, under its own names; without, every tensor under the name \
      it has.
      """)

  @Argument(help: "The checkpoint to read.")
  var input: String

  @Argument(help: "The safetensors file to write.")
  var output: String

  @Option(help: "Keep what this network needs, under its names.")
  var model: String?

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @Flag(help: "Print JSON.")
  var json = false

  private struct Converted: Encodable {
    let path: String, tensors: Int, bytes: Int, sha256: String, source: String, sourceSha256: String
  }

  func run() throws {
    let checkpoint = try Checkpoint.open(input)
    guard overwrite || Disk.isDirectory(output) == nil else {
      throw RecordingError(.cannotCreate, "\(output) exists already; use --overwrite to replace it")
    }
    var source: any TensorSource = ReadableTensors(checkpoint)
    var metadata = checkpoint.metadata
    if let model {
      let model = try Model.named(model)
      source = try model.completeParameters(of: checkpoint)
      metadata["model"] = model.identifier
    }
    let digest = try checkpoint.sha256()
    metadata["format"] = metadata["format"] ?? "pt"
    metadata["source"] = PathText.shown(PathText.lastComponent(of: input))
    metadata["source_sha256"] = digest
    try SafetensorsWriter.write(source, metadata: metadata, to: output)
    let written = try Checkpoint.open(output)
    let result = Converted(
      path: output, tensors: written.tensors.count, bytes: written.fileSize, sha256: try written.sha256(),
      source: input, sourceSha256: digest)
    if json { return try Console.result(json: result) }
    Console.result(
      "\(result.path): \(result.tensors) tensors, \(result.bytes.asBytes), SHA-256 \(result.sha256)")
  }
}

/// A checkpoint without the tensors that have no value as a `Float`, each of which is told.
private struct ReadableTensors: TensorSource {
  private let checkpoint: Checkpoint
  let names: [String]

  init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    for tensor in checkpoint.tensors where !tensor.elementType.isReadable {
      Console.note("left out: \(tensor.name), whose elements are \(tensor.elementType)")
    }
    names = checkpoint.tensors.filter(\.elementType.isReadable).map(\.name)
  }

  func shape(of name: String) -> Shape? { checkpoint.shape(of: name) }
  func tensor(named name: String) throws -> Tensor { try checkpoint.tensor(named: name) }
}
