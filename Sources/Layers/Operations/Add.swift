package import Tensor

/// The elementwise sum of two activations of the same shape.
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

  /// Lowers the layer to a copy of the first term with the second as its residual.
  package func lower(_ parameters: [Tensor], into step: inout Step) {
    step.residual = step.inputs[1]
    step.inputs = [step.inputs[0]]
  }
}

extension Value {
  /// Adds two activations.
  public static func + (a: Value, b: Value) throws(GraphError) -> Value {
    try a.graph.appendNumbered("add", Add(), [a, b])
  }
}
