package import Checkpoints
import Layers
package import Machine
package import Models
import Tensor

/// Weights that have been looked at and not read: the network with the head they have, whose they are, and what their
/// user should know.
package struct WeightsIdentity: Sendable {
  /// Where the weights are.
  package let weights: Weights
  /// The network, with the head the weights have.
  package let model: Model
  /// The digest of the file, `nil` for generated weights.
  package let sha256: String?
  /// The published file they are, by its SHA-256; `nil` for any other.
  package let release: String?
  /// Sentences for the user: what the weights lack, or seem to be, and what else is in the file.
  package let remarks: [Sentence]
  private let source: Source

  private enum Source {
    case generated(seed: UInt64)
    /// The file, and the choice of the tensors in it that are the network's.
    case checkpoint(Checkpoint, WeightsChoice)
  }

  /// The file; `nil` for generated weights.
  package var checkpoint: Checkpoint? { if case .checkpoint(let file, _) = source { file } else { nil } }

  /// The choice of the file's tensors that are the network's; `nil` for generated weights.
  package var choice: WeightsChoice? { if case .checkpoint(_, let choice) = source { choice } else { nil } }

  /// Looks at weights.
  ///
  /// - Throws: ``Failure`` for a file that cannot be read, and for weights that do not fit the
  ///   network, all that is wrong at once, or that are known to be another network's.
  package init(_ model: Model, _ weights: Weights) throws {
    switch weights {
    case .file(let path, let key): try self.init(model, try Checkpoint.open(path), key: key)
    case .seeded(let seed): self.init(model, generatedFrom: seed)
    }
  }

  private init(_ model: Model, generatedFrom seed: UInt64) {
    (self.model, weights, source) = (model, .seeded(seed), .generated(seed: seed))
    (sha256, release, remarks) = (nil, nil, [])
  }

  /// Looks at a checkpoint.
  ///
  /// - Parameters:
  ///   - model: The network they are to be of.
  ///   - checkpoint: The file.
  ///   - key: Where in it the weights are.
  ///   - subject: What errors call the file; its path by default.
  /// - Throws: ``Failure`` when it cannot be read, does not fit the network, or
  ///   is known to be another network's; ``UnknownName`` when nothing of a network is under the key.
  package init(_ model: Model, _ checkpoint: Checkpoint, key: String? = nil, named subject: String? = nil)
    throws
  {
    try self.init(
      model, checkpoint, key: key, named: subject, choosing: { try model.choice(from: checkpoint, key: key) })
  }

  /// Looks at a checkpoint whose tensors have been chosen.
  ///
  /// - Throws: ``Failure`` for one that does not fit the network, or is known to be another network's.
  package init(_ model: Model, _ checkpoint: Checkpoint, key: String?, choice: WeightsChoice) throws {
    try self.init(model, checkpoint, key: key, named: nil, choosing: { choice })
  }

  private init(
    _ model: Model, _ checkpoint: Checkpoint, key: String?, named subject: String?,
    choosing choose: () throws -> WeightsChoice
  ) throws {
    let subject = subject ?? checkpoint.path
    let digest = try checkpoint.sha256()
    let evidence = WeightsEvidence(model, checkpoint, sha256: digest)
    for case .refused(let reason) in evidence.findings {
      throw Failure(.badData, "\(subject) \(reason)")
    }
    let choice = try choose()
    guard choice.fits else {
      let advice: Sentence =
        CheckpointFolder.advice(forShard: checkpoint.path) ?? "is it the checkpoint of another model?"
      throw Failure(
        .badData,
        "\(subject) does not fit \(model.identifier)\(choice.place): \(choice.problems)", remedy: advice)
    }
    let file = PathText.lastComponent(of: checkpoint.path)
    remarks =
      ([choice.model.headRemark] + evidence.findings.map(\.note)).compactMap { $0 }.map {
        "\(file) \($0)" as Sentence
      }
      + choice.notes(on: file)
    (self.model, sha256, release) = (choice.model, digest, evidence.release)
    (weights, source) = (.file(checkpoint.path, key: key), .checkpoint(checkpoint, choice))
  }

  /// The parameters of the network, each read when it is asked for.
  func parameters() throws(GraphError) -> any TensorSource {
    switch source {
    case .generated(let seed): try model.seededWeights(seed)
    case .checkpoint(_, let choice): choice.parameters
    }
  }
}

extension Model {
  /// What is to be said of a head that is not the published one; `nil` of that.
  var headRemark: Sentence? {
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
