package import Tensor

/// Normalisation by stored statistics, per channel:
/// `(x - running_mean) / sqrt(running_var + epsilon) * weight + bias`.
package struct BatchNorm2d: Layer, Hashable {
  /// Added to the variance.
  package let epsilon: Double

  /// Creates the layer; 1e-5 is PyTorch's default.
  package init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

  package var kind: String { "batch_norm" }
  package var ignoredParameters: [String] { ["num_batches_tracked"] }
  package func parameters(for inputs: [Shape]) -> [Parameter] {
    ["weight", "bias", "running_mean", "running_var"].map {
      Parameter(name: $0, shape: [inputs[0].channels])
    }
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

/// Normalisation over the channels of each position, with a biased variance:
/// `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
package struct LayerNorm: Layer, Hashable {
  /// Added to the variance.
  package let epsilon: Double

  /// Creates the layer.
  package init(epsilon: Double) { self.epsilon = epsilon }

  package var kind: String { "layer_norm" }
  package func parameters(for inputs: [Shape]) -> [Parameter] {
    ["weight", "bias"].map { Parameter(name: $0, shape: [inputs[0].channels]) }
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

/// `x / (k + alpha * m)^beta`, where `m` is the mean of x² over `size` channels around the channel, channels
/// beyond the ends counting as zero: PyTorch's definition, in which alpha is divided by the size.
package struct LocalResponseNorm: Layer, Hashable {
  /// The number of channels in the mean.
  package let size: Int
  /// The weight of the mean.
  package let alpha: Double
  /// The exponent.
  package let beta: Double
  /// The constant added to the weighted mean.
  package let k: Double

  /// Creates the layer.
  package init(size: Int, alpha: Double, beta: Double, k: Double) {
    (self.size, self.alpha, self.beta, self.k) = (size, alpha, beta, k)
  }

  package var kind: String { "local_response_norm" }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

/// A learned factor per channel, kept by the enclosing module under its own name (ConvNeXt's `gamma`).
package struct LayerScale: Layer, Hashable {
  /// The name of the parameter, relative to the enclosing module.
  package let parameter: String

  /// Creates the layer.
  package init(parameter: String) { self.parameter = parameter }

  package var kind: String { "layer_scale" }
  package func parameters(for inputs: [Shape]) -> [Parameter] {
    [Parameter(name: "^\(parameter)", shape: [inputs[0].channels])]
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
}

extension Value {
  /// Normalises by stored statistics.
  public func batchNorm(_ name: String, epsilon: Double = 1e-5) throws(GraphError) -> Value {
    try applying(BatchNorm2d(epsilon: epsilon), name)
  }

  /// Normalises over the channels of each position.
  public func layerNorm(_ name: String, epsilon: Double) throws(GraphError) -> Value {
    try applying(LayerNorm(epsilon: epsilon), name)
  }

  /// Divides by the activity of neighbouring channels.
  public func localResponseNorm(
    _ name: String = "lrn", size: Int, alpha: Double, beta: Double, k: Double
  ) throws(GraphError) -> Value {
    try applying(numbered: name, LocalResponseNorm(size: size, alpha: alpha, beta: beta, k: k))
  }

  /// Multiplies each channel by the enclosing module's `parameter`.
  public func layerScale(_ parameter: String) throws(GraphError) -> Value {
    try applying(numbered: "\(parameter)_scaled", LayerScale(parameter: parameter))
  }
}
