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
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.activation = self }
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
}
