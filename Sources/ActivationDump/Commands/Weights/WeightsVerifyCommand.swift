import ArgumentParser
import Checkpoints
import Foundation
import Inference
import Machine
import Models
import Tensor

/// `weights verify`: whether a checkpoint is complete, is the published one, and belongs to the network.
struct WeightsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a checkpoint's digest and that a network's parameters are all in it.",
    discussion:
      "Every tensor is read. The exit code is 1 when a check fails, 65 when the file cannot be read.")

  @Argument(help: "A network, whose file in the weights folder is checked, or a checkpoint.")
  var subject: String

  @Option(help: "The network a checkpoint is meant for. Default: the one that publishes a file of its name.")
  var model: String?

  @Option(help: "Where in the checkpoint the weights are: a key that 'weights inspect' shows.")
  var weightsKey: String?

  @OptionGroup var location: WeightsFolderOptions

  @OptionGroup var results: ReportOptions

  func run() throws {
    let (path, network) = try resolved()
    if weightsKey != nil, network == nil {
      throw ValidationError("--weights-key chooses the weights of a network; name it with --model")
    }
    let report = try Report(path, network, key: weightsKey)
    try results.print(report) { for line in report.lines { Console.result(line) } }
    if !report.passed { throw ExitStatus.checkFailed.error }
  }

  /// Returns the file and its network.
  private func resolved() throws -> (path: String, model: Model?) {
    let chosen = try model.map { (name) throws in try Model.named(name) }
    if Disk.isDirectory(subject) != nil {
      let name = PathText.lastComponent(of: subject)
      return (subject, chosen ?? Model.all.first { $0.publishedFiles.contains { $0.name == name } })
    }
    guard let named = try? Model.named(subject) else {
      throw Failure(
        .inputMissing, "'\(subject)' is neither a file nor a network", remedy: "see 'activation-dump models'")
    }
    let folder = location.folder
    guard let path = named.presentCheckpoint(in: folder) else {
      throw Failure(
        .inputMissing,
        "there is no checkpoint of \(named.identifier) in \(folder.path)",
        remedy: "run 'activation-dump weights fetch"
          + " \(named.identifier)'")
    }
    return (path, chosen ?? named)
  }
}

/// The results of the checks.
private struct Report: Encodable {
  enum Digest: String, Encodable {
    /// All published digits agree; `publishedPrefix` where only the first digits are published.
    case published, publishedPrefix = "published-prefix"
    case different, unpublished
  }

  let path: String, format: String, bytes: Int, tensors: Int, sha256: String
  let digest: Digest
  let model: String?
  /// The key of the network's weights, and the keys of other sets that fit; `nil` at the root, and where no
  /// set fits.
  let key: String?, otherKeys: [String]?
  /// The number of tensors that are not part of the network.
  let outside: Int?
  /// The list of everything missing, misshaped or unexpected; `nil` when the checkpoint is complete or was
  /// not checked.
  let problems: String?
  /// Other remarks about the file.
  let remarks: [String]
  /// The tensors with elements that are not finite.
  let notFinite: [String]

  var passed: Bool { digest != .different && problems == nil && notFinite.isEmpty }

  init(_ path: String, _ model: Model?, key: String?) throws {
    let checkpoint = try Checkpoint.open(path)
    self.path = path
    format = checkpoint.format.rawValue
    bytes = checkpoint.fileSize
    tensors = checkpoint.tensors.count
    sha256 = try checkpoint.sha256()
    self.model = model?.identifier
    let name = PathText.lastComponent(of: path)
    digest =
      switch model?.publishedFiles.first(where: { $0.name == name })?.sha256 {
      case .full(let digits)?: digits == sha256 ? .published : .different
      case .prefix(let digits)?: sha256.hasPrefix(digits) ? .publishedPrefix : .different
      case .unknown?, nil: .unpublished
      }
    var source: any TensorSource = checkpoint
    var problems: String?
    var remarks: [String] = []
    let choice = try model?.choice(from: checkpoint, key: key)
    if let model, let choice {
      source = choice.parameters
      do {
        remarks = try WeightsIdentity(model, checkpoint, key: key, choice: choice).remarks.map(
          \.forCommandLine)
      } catch {
        problems = Sentence.Wording.commandLine.text(of: error)
      }
    }
    (self.problems, self.remarks) = (problems, remarks)
    self.key = choice.flatMap { $0.key.isEmpty ? nil : $0.key }
    otherKeys = choice.flatMap { $0.others.isEmpty ? nil : $0.others }
    outside = choice.map(\.outside.count)
    notFinite = try source.names.filter { name in
      if let type = checkpoint.tensors.first(where: { $0.name == name })?.elementType, !type.isReadable {
        return false
      }
      return try source.tensor(named: name).withUnsafeBufferPointer { elements in
        !elements.allSatisfy(\.isFinite)
      }
    }
  }

  private var place: String { key.map { " under the key '\($0)'" } ?? "" }

  /// The report as lines of text.
  var lines: [String] {
    let digestWords =
      switch digest {
      case .published: "the published digest"
      case .publishedPrefix: "begins as the published digest"
      case .different: "FAILED: not the published digest"
      case .unpublished: "no digest is published"
      }
    return [
      "\(path): \(format), \(tensors) tensors, \(bytes.asBytes)",
      "SHA-256 \(sha256): \(digestWords)",
      problems.map { "FAILED: \($0)" }
        ?? model.map { "all parameters of \($0) are there\(place)" }
        ?? "no network was named to check it against",
    ]
      + (otherKeys.map { ["others fit, too: \($0.joined(separator: ", ")); --weights-key checks them"] } ?? [])
      + ((outside ?? 0) > 0 ? ["\((outside ?? 0).grouped) tensors are no part of it"] : []) + [
        notFinite.isEmpty
          ? "all elements are finite" : "FAILED: not finite: \(notFinite.joined(separator: ", "))"
      ] + remarks.map { "note: \($0)" }
  }
}
