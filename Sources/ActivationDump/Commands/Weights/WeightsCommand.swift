import ArgumentParser
import Checkpoints
import Foundation
import Inference
import Machine
import Models

/// `weights`: checkpoints, where they come from, what is in them.
struct WeightsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights", abstract: "Fetch, inspect, convert and verify checkpoints.",
    subcommands: [
      WeightsListCommand.self, WeightsFetchCommand.self, WeightsInspectCommand.self,
      WeightsConvertCommand.self, WeightsVerifyCommand.self, WeightsManifestCommand.self,
    ])
}

extension CheckpointSource.File {
  /// What a download of it must be.
  var expectation: Download.Expectation { .init(sha256: sha256.digits, byteCount: bytes) }

  /// Whether its address is a page, because the file lies inside an archive there.
  var isInsideArchive: Bool { url.hasSuffix("/") }
}

extension CheckpointSource.Digest {
  /// The digits that are known.
  var digits: String? {
    switch self {
    case .full(let digits), .prefix(let digits): digits
    case .unknown: nil
    }
  }

  /// In words, for a report.
  var summary: String {
    switch self {
    case .full: "SHA-256 known"
    case .prefix(let digits): "SHA-256 known to begin \(digits)"
    case .unknown: "SHA-256 not published"
    }
  }
}

extension Model {
  /// This network's parameters out of a checkpoint, under its own names; the user is told what they should know.
  ///
  /// - Throws: ``Failure`` with everything missing, misshaped or unexpected, whose weights they are, or when nothing
  ///   is under the key.
  func completeChoice(of checkpoint: Checkpoint, key: String? = nil) throws(Failure) -> WeightsChoice {
    let identity: WeightsIdentity
    do { identity = try WeightsIdentity(self, checkpoint, key: key, named: "it") } catch let error as Failure
      where error.path != nil
    {
      throw error
    } catch {
      throw Failure(.badData, path: checkpoint.path, "\(error)")
    }
    for remark in identity.remarks { Console.note("note: \(remark)") }
    guard let choice = identity.choice else {
      throw Failure(.badData, path: checkpoint.path, "it holds no weights")
    }
    return choice
  }
}
