/// An error that the user can act on. It states its class of failure, and describes itself in one sentence.
///
/// Every error of this library that can reach a user conforms to this protocol. An error of another type is a
/// defect.
public protocol Explained: Error, CustomStringConvertible {
  /// The class of failure.
  var kind: Failure.Kind { get }
  /// The error in one sentence.
  var sentence: Sentence { get }
}

extension Explained {
  /// The sentence, with its settings named in plain words.
  public var description: String { sentence.description }
}
