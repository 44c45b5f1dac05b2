import ArgumentParser
import Checkpoints
import Foundation
import Inference
import Machine
import Models
import Tensor

/// `weights convert`: any checkpoint to safetensors.
struct WeightsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a checkpoint's tensors as safetensors, in float32.",
    discussion: """
      With --model only what that network needs is written, under its own names; without, every tensor of the state \
      dictionary under the name it has: what is under 'model' or 'state_dict' where there is such a key, else all.
      """)

  @Argument(help: "The checkpoint to read.")
  var input: String

  @Argument(help: "The safetensors file to write.")
  var output: String

  @Option(help: "Keep what this network needs, under its names.")
  var model: String?

  @Option(help: "Where in the checkpoint the weights are: a key that 'weights inspect' shows.")
  var weightsKey: String?

  @Flag(help: "Replace the output if it exists.")
  var overwrite = false

  @OptionGroup var results: ReportOptions

  private struct Converted: Encodable {
    let path: String, tensors: Int, bytes: Int, sha256: String, source: String, sourceSha256: String
    let sourceKey: String?
  }

  func run() throws {
    let checkpoint = try Checkpoint.open(input)
    guard overwrite || Disk.isDirectory(output) == nil else {
      throw Failure(.cannotCreate, "\(output) exists already", remedy: "use --overwrite to replace it")
    }
    let (source, key, model) = try chosen(from: checkpoint)
    var metadata = checkpoint.metadata
    if let model { metadata["model"] = model.identifier }
    if !key.isEmpty { metadata["source_key"] = key }
    let digest = try checkpoint.sha256()
    metadata["format"] = metadata["format"] ?? "pt"
    metadata["source"] = PathText.shown(PathText.lastComponent(of: input))
    metadata["source_sha256"] = digest
    try SafetensorsWriter.write(source, metadata: metadata, to: output)
    let written = try Checkpoint.open(output)
    let result = Converted(
      path: output, tensors: written.tensors.count, bytes: written.fileSize, sha256: try written.sha256(),
      source: input, sourceSha256: digest, sourceKey: key.isEmpty ? nil : key)
    try results.print(result) {
      Console.result(
        "\(result.path): \(result.tensors) tensors, \(result.bytes.asBytes), SHA-256 \(result.sha256)")
    }
  }

  /// Returns the tensors to write, their key, and their network.
  private func chosen(
    from checkpoint: Checkpoint
  ) throws -> (source: any TensorSource, key: String, model: Model?) {
    if let model {
      let model = try Model.named(model)
      let choice = try model.completeChoice(of: checkpoint, key: weightsKey)
      for note in choice.notes(on: input) { Console.note(note) }
      return (choice.parameters, choice.key, model)
    }
    let dictionary = try checkpoint.stateDictionary(key: weightsKey)
    for (name, obstacle) in checkpoint.unreadable.sorted(by: { $0.key < $1.key })
    where name.hasPrefix(dictionary.prefix) && !obstacle.hasPrefix("an instance") {
      Console.note("left out: \(name), which is \(obstacle)")
    }
    let rest = checkpoint.tensors.count - dictionary.tensors.count
    if rest > 0 {
      Console.note(
        "note: \(input): \(rest) tensors are not under '\(dictionary.prefix.dropLast())' and left out")
    }
    return (ReadableTensors(dictionary), String(dictionary.prefix.dropLast()), nil)
  }
}

/// A checkpoint without the tensors that cannot be read as `Float`; a note is printed for each of these.
private struct ReadableTensors: TensorSource {
  private let checkpoint: StateDictionary
  let names: [String]

  init(_ checkpoint: StateDictionary) {
    self.checkpoint = checkpoint
    for tensor in checkpoint.tensors where !tensor.elementType.isReadable {
      Console.note("left out: \(tensor.name), whose elements are \(tensor.elementType)")
    }
    names = checkpoint.tensors.filter(\.elementType.isReadable).map(\.name)
  }

  func shape(of name: String) -> Shape? { checkpoint.shape(of: name) }
  func tensor(named name: String) throws -> Tensor { try checkpoint.tensor(named: name) }
}
