/// A name that is not known, with the nearest known names.
public struct UnknownName: Explained, Hashable {
  /// The kinds of things that have names.
  public enum Subject: Hashable, Sendable {
    /// A network of the catalogue.
    case model
    /// A layer of a network.
    case layer(model: String)
    /// A layer that a dump holds.
    case recordedLayer(dump: String)
    /// A key under which a checkpoint may hold weights of a network.
    case weightsKey(model: String)
    /// A tensor of a checkpoint.
    case tensor
    /// A command of the program.
    case command

    /// The noun phrase of the subject, without its article.
    fileprivate var words: String {
      switch self {
      case .model: "model"
      case .layer(let model): "layer of \(model)"
      case .recordedLayer(let dump): "layer in \(dump)"
      case .weightsKey(let model): "key with weights of \(model)"
      case .tensor: "tensor"
      case .command: "command"
      }
    }
  }

  /// The kind of thing that was named.
  public let subject: Subject
  /// The name as the user gave it.
  public let name: String
  /// The known names nearest to it, nearest first.
  public let nearest: [String]

  /// Creates the error, choosing the nearest of the known names.
  package init(_ subject: Subject, name: String, known: some Sequence<String>) {
    self.subject = subject
    self.name = name
    nearest = EditDistance.nearest(to: name, among: known, limit: 3)
  }

  /// The class of failure. The names of models and commands belong to the program; all other names are data.
  public var kind: Failure.Kind {
    switch subject {
    case .model, .command: .usage
    case .layer, .recordedLayer, .weightsKey, .tensor: .badData
    }
  }

  /// A sentence that states the unknown name and the nearest known names.
  public var sentence: Sentence {
    let advice = nearest.isEmpty ? "" : "; the nearest are \(nearest.joined(separator: ", "))"
    return "there is no \(subject.words) named '\(name)'\(advice)"
  }
}
