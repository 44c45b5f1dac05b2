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
  /// Records the block applied to `x`.
  func callAsFunction(_ x: Value) throws(GraphError) -> Value
}

extension Value {
  /// Applies `layer`, whose parameters live under `name`, to this value and then `others`.
  package func applying(
    _ layer: some Layer, _ name: String, with others: Value...
  ) throws(GraphError) -> Value {
    try graph.append(name, layer, [self] + others)
  }

  /// Applies `layer`, which has no name of its own; repeats are numbered.
  package func applying(
    numbered name: String, _ layer: some Layer, with others: Value...
  ) throws(GraphError) -> Value {
    try graph.appendNumbered(name, layer, [self] + others)
  }

  /// Applies `block` with everything inside it named under `name`; the block's result gets that name too.
  public func callAsFunction(_ name: String, _ block: some Block) throws(GraphError) -> Value {
    try graph.within(name) { () throws(GraphError) in try block(self) }
  }

  /// Gives this value another name: PyTorch's Identity modules, hook points such as `shortcut`.
  public func named(_ name: String) throws(GraphError) -> Value {
    try graph.alias(name, index)
    return self
  }
}
