package import Tensor

/// A nonlinearity applied to every element.
package enum Activation: String, Layer, Hashable {
  /// `max(x, 0)`.
  case relu
  /// `x · Φ(x)` with the exact error function.
  case gelu
  /// `x · σ(1.702 x)`.
  case quickGELU = "quick_gelu"

  package var kind: String { rawValue }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

/// The sum of two activations of one shape.
package struct Add: Layer, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "add" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0] == inputs[1] else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "their shapes differ")
    }
    return inputs[0]
  }
}

/// Maps of one height and width stacked along the channels.
package struct Concatenate: Layer, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "concatenate" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let first = inputs[0]
    guard inputs.allSatisfy({ $0.rank == 3 && $0[1] == first[1] && $0[2] == first[2] }) else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "their heights or widths differ")
    }
    return [inputs.reduce(0) { $0 + $1[0] }, first[1], first[2]]
  }
}

/// `exp(x) / Σ exp(x)` over the channels of each position.
package struct Softmax: Layer, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "softmax" }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

extension Value {
  /// Replaces negative values by zero.
  public func relu(_ name: String = "relu") throws(GraphError) -> Value {
    try applying(numbered: name, Activation.relu)
  }

  /// Applies the exact Gaussian error linear unit.
  public func gelu(_ name: String = "act") throws(GraphError) -> Value {
    try applying(numbered: name, Activation.gelu)
  }

  /// Applies CLIP's sigmoid approximation of the Gaussian error linear unit.
  public func quickGELU(_ name: String = "act") throws(GraphError) -> Value {
    try applying(numbered: name, Activation.quickGELU)
  }

  /// Normalises the exponentials of the channels.
  public func softmax(_ name: String = "softmax") throws(GraphError) -> Value {
    try applying(numbered: name, Softmax())
  }

  /// Adds two activations.
  public static func + (a: Value, b: Value) throws(GraphError) -> Value {
    try a.graph.appendNumbered("add", Add(), [a, b])
  }

  /// Stacks `parts` along the channel axis, in order.
  public static func concatenating(_ parts: [Value]) throws(GraphError) -> Value {
    try parts[0].graph.appendNumbered("concat", Concatenate(), parts)
  }

  /// Stacks `parts` along the channel axis, in order.
  public static func concatenating(_ parts: Value...) throws(GraphError) -> Value {
    try concatenating(parts)
  }
}
