/// An error that its user can do something about: it says which class of failure it is, and itself in one sentence.
///
/// Every error of this library that can reach a user is one. Any other is a defect.
public protocol Explained: Error, CustomStringConvertible {
  /// The class of failure.
  var kind: Failure.Kind { get }
  /// The error in one sentence.
  var sentence: Sentence { get }
}

extension Explained {
  /// The sentence, with its settings in plain words.
  public var description: String { sentence.description }
}
