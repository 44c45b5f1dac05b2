/// A source whose tensors are in nested dictionaries beside other entries: a training checkpoint.
package protocol NestedTensorSource: TensorSource {
  /// Returns the dotted path of the dictionary that holds a tensor, empty for the outermost dictionary.
  func dictionary(of name: String) -> String

  /// Returns the dtype of a tensor as stored.
  func elementType(of name: String) -> ElementType?

  /// Describes the entry under a name that is not a readable tensor; returns `nil` when there is no such
  /// entry.
  func obstacle(at name: String) -> String?
}
