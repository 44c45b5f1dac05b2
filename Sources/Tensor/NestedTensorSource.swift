/// A source that keeps its tensors in dictionaries, with other things beside them: a checkpoint of a training run.
public protocol NestedTensorSource: TensorSource {
  /// The dotted path of the dictionary that holds a tensor, empty for the outermost.
  func dictionary(of name: String) -> String

  /// The number format of a tensor as it is stored.
  func elementType(of name: String) -> ElementType?

  /// What stands under a name in place of a tensor that can be read, in words; `nil` when nothing does.
  func obstacle(at name: String) -> String?
}
