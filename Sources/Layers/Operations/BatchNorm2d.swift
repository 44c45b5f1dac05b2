package import Tensor

/// Normalisation of each channel with its running statistics: `(x - running_mean) / sqrt(running_var +
/// epsilon) * weight + bias`.
package struct BatchNorm2d: Layer, Hashable {
  /// The number added to the variance.
  package let epsilon: Double

  /// Creates the layer. PyTorch's default epsilon is 1e-5.
  package init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

  package var kind: String { "batch_norm" }
  package var ignoredParameters: [ParameterName] { ["num_batches_tracked"] }
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    let shape: Shape = [inputs[0].channels]
    return [
      LayerParameter("weight", shape: shape), LayerParameter("bias", shape: shape),
      LayerParameter("running_mean", shape: shape, isLearned: false),
      LayerParameter("running_var", shape: shape, isLearned: false),
    ]
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }

  /// Lowers the layer to a scale and shift per channel.
  package func lower(_ parameters: [Tensor], into step: inout Step) {
    let (weight, bias) = (parameters[0].doubles, parameters[1].doubles)
    let (mean, variance) = (parameters[2].doubles, parameters[3].doubles)
    let scale = zip(weight, variance).map { $0 / ($1 + epsilon).squareRoot() }
    step.affine = Affine(scale: scale, shift: bias.indices.map { bias[$0] - mean[$0] * scale[$0] })
  }
}

extension Value {
  /// Normalises each channel with its running statistics.
  public func batchNorm(_ name: String, epsilon: Double = 1e-5) throws(GraphError) -> Value {
    try applying(BatchNorm2d(epsilon: epsilon), name)
  }
}
