public import Tensor

/// An activation in a graph under construction.
public struct Value {
  let graph: Graph
  let index: Int
  /// The shape of the activation: channels × height × width, tokens × channels, or channels.
  public let shape: Shape
  /// The number of channels.
  public var channels: Int { shape.channels }
}

/// A reusable piece of a model.
public protocol Block: Sendable {
  /// Appends the block's layers to the graph of `x` and returns their result.
  func callAsFunction(_ x: Value) throws(GraphError) -> Value
}

extension Value {
  /// Applies `layer` to this value and then `others`. The parameters' names begin with `name`.
  package func applying(
    _ layer: some Layer, _ name: String, with others: Value...
  ) throws(GraphError) -> Value {
    try graph.append(name, layer, [self] + others)
  }

  /// Applies `layer`, which has no name of its own. Repeats are numbered.
  package func applying(
    numbered name: String, _ layer: some Layer, with others: Value...
  ) throws(GraphError) -> Value {
    try graph.appendNumbered(name, layer, [self] + others)
  }

  /// Applies `block`. The names of all its layers begin with `name`, which also names the block's result.
  public func callAsFunction(_ name: String, _ block: some Block) throws(GraphError) -> Value {
    try graph.within(name) { () throws(GraphError) in try block(self) }
  }

  /// Adds a second name for this value, for PyTorch's Identity modules and for hook points such as
  /// `shortcut`.
  public func named(_ name: String) throws(GraphError) -> Value {
    try graph.alias(name, index)
    return self
  }
}
