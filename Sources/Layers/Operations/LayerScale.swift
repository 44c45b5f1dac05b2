package import Tensor

/// A learned factor per channel, a parameter of the enclosing module (ConvNeXt's `gamma`).
package struct LayerScale: Layer, Hashable {
  /// The name of the parameter in the enclosing module.
  package let parameter: String

  /// Creates the layer.
  package init(parameter: String) { self.parameter = parameter }

  package var kind: String { "layer_scale" }
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    [LayerParameter(.enclosing(parameter), shape: [inputs[0].channels])]
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }

  package func lower(_ parameters: [Tensor], into step: inout Step) {
    let factors = parameters[0].doubles
    step.affine = Affine(scale: factors, shift: Array(repeating: 0, count: factors.count))
  }
}

extension Value {
  /// Multiplies each channel by the enclosing module's `parameter`.
  public func layerScale(_ parameter: String) throws(GraphError) -> Value {
    try applying(numbered: "\(parameter)_scaled", LayerScale(parameter: parameter))
  }
}
