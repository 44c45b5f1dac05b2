package import Tensor

/// A linear map of the channels of each position: `x · weightᵀ + bias`.
package struct Linear: Layer, Hashable {
  /// The axis order of the weight in a checkpoint.
  package enum WeightLayout: Hashable, Sendable {
    /// Output × input, as PyTorch's Linear.
    case outputInput
    /// Input × output, as CLIP's `proj`.
    case inputOutput
  }

  /// The number of output channels.
  package let outputChannels: Int
  /// The name of the weight.
  package let weight: ParameterName
  /// The name of the bias, `nil` without a bias.
  package let bias: ParameterName?
  /// The axis order of the stored weight.
  package let layout: WeightLayout

  /// Creates a linear layer.
  package init(
    _ outputChannels: Int, weight: ParameterName = "weight", bias: ParameterName? = "bias",
    layout: WeightLayout = .outputInput
  ) {
    (self.outputChannels, self.weight, self.bias, self.layout) = (outputChannels, weight, bias, layout)
  }

  package var kind: String { "linear" }

  /// Returns the weight, output × input (or input × output), then the bias, output.
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    let input = inputs[0].channels
    let shape: Shape = layout == .outputInput ? [outputChannels, input] : [input, outputChannels]
    return [LayerParameter(weight, shape: shape)]
      + (bias.map { [LayerParameter($0, shape: [outputChannels])] } ?? [])
  }

  /// Returns the input's shape with the number of channels replaced: the first axis of a map, the last axis
  /// of a sequence.
  package func outputShape(for inputs: [Shape]) -> Shape {
    switch inputs[0].rank {
    case 3: [outputChannels, inputs[0][1], inputs[0][2]]
    case 2: [inputs[0][0], outputChannels]
    default: [outputChannels]
    }
  }

  package func multiplyAdds(for inputs: [Shape], output: Shape) -> Int { output.count * inputs[0].channels }

  /// Lowers the layer to a 1×1 convolution.
  package func lower(_ parameters: [Tensor], into step: inout Step) {
    let matrix = layout == .outputInput ? parameters[0] : parameters[0].transposed()
    let weight = matrix.reshaped(to: [matrix.shape[0], matrix.shape[1], 1, 1])
    step.operation = DenseConvolution(window: Window(kernel: 1), weight: .stored(weight))
    if bias != nil { step.affine = .offset(parameters[1]) }
  }
}

extension Value {
  /// Maps the channels of each position. The module `name` has `weight` and, with `bias`, `bias`.
  public func linear(_ name: String, _ channels: Int, bias: Bool = true) throws(GraphError) -> Value {
    try applying(Linear(channels, bias: bias ? "bias" : nil), name)
  }

  /// Maps each token to its query, key and value side by side, with the parameters `in_proj_weight` and
  /// `in_proj_bias` of the enclosing module: PyTorch's MultiheadAttention.
  public func inputProjection() throws(GraphError) -> Value {
    try applying(
      Linear(3 * channels, weight: .enclosing("in_proj_weight"), bias: .enclosing("in_proj_bias")), "in_proj")
  }

  /// Multiplies by the enclosing module's matrix `parameter`, input × output (CLIP's `proj`).
  public func projected(by parameter: String, _ channels: Int) throws(GraphError) -> Value {
    let layer = Linear(channels, weight: .enclosing(parameter), bias: nil, layout: .inputOutput)
    return try applying(numbered: "\(parameter)_applied", layer)
  }
}

extension Tensor {
  /// Returns the transpose of a matrix.
  fileprivate func transposed() -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    return Tensor(shape: [columns, rows]) { out in
      withUnsafeBufferPointer { elements in
        for row in 0..<rows {
          for column in 0..<columns { out[column * rows + row] = elements[row * columns + column] }
        }
      }
    }
  }
}
