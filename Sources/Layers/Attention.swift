public import Tensor

/// A map's positions as a sequence: channels × height × width to (height · width) × channels.
package struct Tokens: Layer, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "tokens" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0].rank == 3 else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "it needs channels × height × width")
    }
    return [inputs[0][1] * inputs[0][2], inputs[0][0]]
  }
}

/// A token put before a sequence.
package enum FirstToken: Layer, Hashable {
  /// A learned token the enclosing module keeps under this name, stored in this shape.
  case parameter(String, shape: Shape)
  /// The mean of the sequence (CLIP's attention pooling).
  case mean

  package var kind: String { "first_token" }
  package func parameters(for inputs: [Shape]) -> [Parameter] {
    guard case .parameter(let name, let shape) = self else { return [] }
    return [Parameter(name: "^\(name)", shape: shape)]
  }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0].rank == 2 else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "it needs tokens × channels")
    }
    return [inputs[0][0] + 1, inputs[0][1]]
  }
}

/// A learned vector added to each token, kept by the enclosing module under `parameter`.
package struct PositionEmbedding: Layer, Hashable {
  /// The name of the parameter, relative to the enclosing module.
  package let parameter: String
  /// Whether the checkpoint stores it as 1 × tokens × channels (timm) rather than tokens × channels (CLIP).
  package let hasBatchAxis: Bool

  /// Creates the layer.
  package init(parameter: String, hasBatchAxis: Bool) {
    (self.parameter, self.hasBatchAxis) = (parameter, hasBatchAxis)
  }

  package var kind: String { "position_embedding" }
  package func parameters(for inputs: [Shape]) -> [Parameter] {
    let extents = inputs[0].extents
    return [Parameter(name: "^\(parameter)", shape: Shape(hasBatchAxis ? [1] + extents : extents))]
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

/// One token of a sequence: tokens × channels to channels.
package struct SelectToken: Layer, Hashable {
  /// The index of the token.
  package let index: Int

  /// Creates the layer.
  package init(index: Int) { self.index = index }

  package var kind: String { "select_token" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0].rank == 2, index < inputs[0][0] else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "there is no token \(index)")
    }
    return [inputs[0][1]]
  }
}

/// Scaled dot-product attention, `softmax(q kᵀ / √size) v` in each head.
///
/// Takes either one sequence whose channels are queries, keys and values side by side, or three.
package struct Attention: Layer, Hashable {
  /// The number of heads the channels divide into.
  package let heads: Int

  /// Creates the layer.
  package init(heads: Int) { self.heads = heads }

  package var kind: String { "attention" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let width = inputs.count == 1 ? inputs[0].channels / 3 : inputs[0].channels
    guard inputs.count == 1 ? inputs[0].channels == 3 * width : inputs.count == 3, width % heads == 0 else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "they do not divide into \(heads) heads")
    }
    return inputs[0].rank == 1 ? [width] : [inputs[0].positions, width]
  }

  /// Every query with every key, then every weight with every value.
  package func multiplyAdds(for inputs: [Shape], output: Shape) -> Int {
    2 * output.count * (inputs.count == 1 ? inputs[0] : inputs[1]).positions
  }
}

extension Value {
  /// The positions of a map as a sequence.
  public func tokens(_ name: String = "tokens") throws(GraphError) -> Value {
    try applying(numbered: name, Tokens())
  }

  /// Puts a learned token first, stored in `shape` under the enclosing module's `parameter`.
  public func prepending(token parameter: String, shape: Shape) throws(GraphError) -> Value {
    try applying(numbered: "first_token", FirstToken.parameter(parameter, shape: shape))
  }

  /// Puts the mean of the sequence first.
  public func prependingMean() throws(GraphError) -> Value {
    try applying(numbered: "first_token", FirstToken.mean)
  }

  /// Adds the enclosing module's `parameter` to the tokens.
  public func addingPositions(_ parameter: String, hasBatchAxis: Bool = false) throws(GraphError) -> Value {
    try applying(
      numbered: "positions_added", PositionEmbedding(parameter: parameter, hasBatchAxis: hasBatchAxis))
  }

  /// One token of a sequence.
  public func token(_ index: Int) throws(GraphError) -> Value {
    try applying(numbered: "token", SelectToken(index: index))
  }

  /// Attention over a sequence whose channels are queries, keys and values side by side.
  public func attention(heads: Int) throws(GraphError) -> Value {
    try applying(numbered: "attention", Attention(heads: heads))
  }

  /// Attention of these queries over `keys` and `values`.
  public func attention(keys: Value, values: Value, heads: Int) throws(GraphError) -> Value {
    try applying(numbered: "attention", Attention(heads: heads), with: keys, values)
  }
}
