import ArgumentParser
import Checkpoints
import Foundation
import Inference
import Machine
import Models

/// `weights`: the origin and the contents of checkpoints.
struct WeightsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights", abstract: "Fetch, inspect, convert and verify checkpoints.",
    subcommands: [
      WeightsListCommand.self, WeightsFetchCommand.self, WeightsInspectCommand.self,
      WeightsConvertCommand.self, WeightsVerifyCommand.self, WeightsManifestCommand.self,
    ])
}

extension CheckpointSource.File {
  /// The requirements on a download of the file.
  var expectation: Download.Expectation { .init(sha256: sha256.digits, byteCount: bytes) }

  /// Whether its address is that of a page, because the file is inside an archive there.
  var isInsideArchive: Bool { url.hasSuffix("/") }
}

extension CheckpointSource.Digest {
  /// The known digits.
  var digits: String? {
    switch self {
    case .full(let digits), .prefix(let digits): digits
    case .unknown: nil
    }
  }

  /// The digest as text, for a report.
  var summary: String {
    switch self {
    case .full: "SHA-256 known"
    case .prefix(let digits): "SHA-256 known to begin \(digits)"
    case .unknown: "SHA-256 not published"
    }
  }
}

extension Model {
  /// Returns this network's parameters from a checkpoint, under its own names. Remarks are printed for the
  /// user.
  ///
  /// - Throws: ``Failure`` that lists everything missing, misshaped or unexpected, and the network that the
  ///   weights belong to; or when nothing is under the key.
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
