package import Checkpoints
import Foundation
import Layers
public import Models
import Tensor

/// What weights are found to be before they are read: the network with the head they have, whose they are, and what
/// their user should know.
public struct WeightsIdentity: Sendable {
  /// The network, with the head the weights have.
  public let model: Model
  /// The digest of the file, `nil` for generated weights.
  public let sha256: String?
  /// The published file they are, by its SHA-256; `nil` for any other.
  public let release: String?
  /// Sentences for the user: what the weights lack, or seem to be.
  public let remarks: [String]

  /// Looks at weights.
  ///
  /// - Throws: `CheckpointError` for a file that cannot be read; ``RecordingError`` for weights that do not fit the
  ///   network, all that is wrong at once, or that are known to be another network's.
  public init(_ model: Model, _ weights: Weights) throws {
    switch weights {
    case .file(let path): try self.init(model, try Checkpoint.open(path))
    case .seeded: self.init(model: model, sha256: nil, release: nil, remarks: [])
    }
  }

  private init(model: Model, sha256: String?, release: String?, remarks: [String]) {
    (self.model, self.sha256, self.release, self.remarks) = (model, sha256, release, remarks)
  }

  /// Looks at a checkpoint.
  ///
  /// - Throws: `CheckpointError` when it cannot be read; ``RecordingError`` for one that does not fit the network, or
  ///   is known to be another network's.
  package init(_ model: Model, _ checkpoint: Checkpoint) throws {
    let digest = try checkpoint.sha256()
    let evidence = WeightsEvidence(model, checkpoint, sha256: digest)
    for case .refused(let reason) in evidence.findings {
      throw RecordingError(.badData, "\(checkpoint.path) \(reason)")
    }
    let fitted = model.fitted(to: checkpoint)
    do throws(BindingError) { try fitted.graph(checking: checkpoint) } catch {
      throw RecordingError(
        .badData,
        "\(checkpoint.path) does not fit \(model.identifier): \(error); is it the checkpoint of another model?"
      )
    }
    let file = URL(filePath: checkpoint.path).lastPathComponent
    let remarks =
      ([fitted.headRemark] + evidence.findings.map(\.note)).compactMap { $0 }.map { "\(file) \($0)" }
    self.init(model: fitted, sha256: digest, release: evidence.release, remarks: remarks)
  }
}

extension Model {
  /// Checks that a checkpoint has every parameter.
  fileprivate func graph(checking checkpoint: Checkpoint) throws(BindingError) {
    // A description that contradicts itself is reported when it is run.
    guard let graph = try? graph() else { return }
    try graph.check(parameters(from: checkpoint))
  }

  /// What is to be said of a head that is not the published one; `nil` of that.
  var headRemark: String? {
    switch head {
    case .published: nil
    case .outputs(let count):
      "has a head of \(count) outputs, where \(identifier) has \(publishedOutputs): they are recorded as they are, and"
        + " which classes they stand for is not known"
    case .absent:
      "has no head that \(identifier) knows: units are recorded, and there are no outputs (logits.npy)"
    }
  }
}
