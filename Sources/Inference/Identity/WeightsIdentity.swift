package import Checkpoints
import Layers
package import Machine
package import Models
import Tensor

/// Weights that have been examined and not loaded: the network with their head, their origin, and remarks for
/// the user.
package struct WeightsIdentity: Sendable {
  /// The source of the weights.
  package let weights: Weights
  /// The network, with the head the weights have.
  package let model: Model
  /// The SHA-256 of the file; `nil` for generated weights.
  package let sha256: String?
  /// The published file of the same SHA-256; `nil` for any other file.
  package let release: String?
  /// Sentences for the user: missing or suspicious weights, and other contents of the file.
  package let remarks: [Sentence]
  private let source: Source

  private enum Source {
    case generated(seed: UInt64)
    /// A file, and its tensors that are the network's parameters.
    case checkpoint(Checkpoint, WeightsChoice)
  }

  /// The file; `nil` for generated weights.
  package var checkpoint: Checkpoint? { if case .checkpoint(let file, _) = source { file } else { nil } }

  /// The choice of the file's tensors that are the network's parameters; `nil` for generated weights.
  package var choice: WeightsChoice? { if case .checkpoint(_, let choice) = source { choice } else { nil } }

  /// Examines weights.
  ///
  /// - Throws: ``Failure`` for a file that cannot be read, for weights that do not fit the network (with all
  ///   faults), and for weights that are known to be those of another network.
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

  /// Examines a checkpoint.
  ///
  /// - Parameters:
  ///   - model: The expected network.
  ///   - checkpoint: The file.
  ///   - key: The key of the weights in the file.
  ///   - subject: The name of the file in errors; by default its path.
  /// - Throws: ``Failure`` when the file cannot be read, does not fit the network, or is known to be another
  ///   network's; ``UnknownName`` when the key has no parameters of a network under it.
  package init(_ model: Model, _ checkpoint: Checkpoint, key: String? = nil, named subject: String? = nil)
    throws
  {
    try self.init(
      model, checkpoint, key: key, named: subject, choosing: { try model.choice(from: checkpoint, key: key) })
  }

  /// Examines a checkpoint whose tensors have been chosen.
  ///
  /// - Throws: ``Failure`` when the checkpoint does not fit the network, or is known to be another network's.
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

  /// Returns the parameters of the network. Each is read on demand.
  func parameters() throws(GraphError) -> any TensorSource {
    switch source {
    case .generated(let seed): try model.seededWeights(seed)
    case .checkpoint(_, let choice): choice.parameters
    }
  }
}

extension Model {
  /// A remark on a head that is not the published one; `nil` for the published head.
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
