/// A name nobody knows, with the nearest that somebody does.
public struct UnknownName: Explained, Hashable {
  /// What a name can be of.
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

    /// The words that say it, to follow an article.
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

  /// What was asked for.
  public let subject: Subject
  /// The name as it was given.
  public let name: String
  /// The known names nearest to it, nearest first.
  public let nearest: [String]

  /// Creates the error, choosing the nearest of the known names.
  package init(_ subject: Subject, name: String, known: some Sequence<String>) {
    self.subject = subject
    self.name = name
    nearest = EditDistance.nearest(to: name, among: known, limit: 3)
  }

  /// A model or a command is a word of the program's; any other name is one of the data.
  public var kind: Failure.Kind {
    switch subject {
    case .model, .command: .usage
    case .layer, .recordedLayer, .weightsKey, .tensor: .badData
    }
  }

  /// What there is not, and what is nearest to it.
  public var sentence: Sentence {
    let advice = nearest.isEmpty ? "" : "; the nearest are \(nearest.joined(separator: ", "))"
    return "there is no \(subject.words) named '\(name)'\(advice)"
  }
}
