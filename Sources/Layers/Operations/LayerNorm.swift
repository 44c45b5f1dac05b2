internal import CKernels
package import Tensor

/// Normalisation over the channels of each position, with a biased variance:
/// `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
package struct LayerNorm: Layer, Hashable {
  /// The number added to the variance.
  package let epsilon: Double

  /// Creates the layer.
  package init(epsilon: Double) { self.epsilon = epsilon }

  package var kind: String { "layer_norm" }
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    ["weight", "bias"].map { LayerParameter(.own($0), shape: [inputs[0].channels]) }
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }

  package func lower(_ parameters: [Tensor], into step: inout Step) {
    step.operation = LayerNormalization(
      weight: .stored(parameters[0]), bias: .stored(parameters[1]), epsilon: Float(epsilon))
  }
}

extension Value {
  /// Normalises over the channels of each position.
  public func layerNorm(_ name: String, epsilon: Double) throws(GraphError) -> Value {
    try applying(LayerNorm(epsilon: epsilon), name)
  }
}

/// The operation of ``LayerNorm``.
package struct LayerNormalization: Operation {
  var weight: Weight
  var bias: Weight
  let epsilon: Float

  package var kernelName: String { "layer-norm" }
  package var traits: OperationTraits { .sumsResults }
  package var packedWeights: [AlignedBuffer] { weight.buffers + bias.buffers }
  package func overwritable(by step: Step) -> [Int] { [step.inputs[0]] }

  package mutating func pack(at site: Site) {
    weight.pack()
    bias.pack()
  }

  /// Normalises the positions, divided among the members of a team. Sums over all positions are then taken
  /// channel by channel.
  package func run(_ call: Call) {
    let shape = call.outputShape
    let (input, output, sums) = (call.input(), call.output, call.sums)
    let isDivided = call.members > 1
    call.divide(shape.positions, by: 1) { part, _ in
      withUnsafePointer(to: sums) { sums in
        call.kernels.pointee.layer_norm(
          Int32(part.count), Int32(shape.channels), call.imageCount, input.from(position: part.lowerBound),
          weight.pointer, bias.pointer, epsilon, output.from(position: part.lowerBound),
          isDivided ? nil : sums)
      }
    }
    guard isDivided, let totals = sums.output else { return }
    call.divide(shape.channels, by: 2 * Call.lineChannels) { channels, _ in
      call.kernels.pointee.column_sums(
        Int32(shape.positions), Int32(channels.count), call.imageCount,
        ck_input(output.from(channels.lowerBound)),
        totals + channels.lowerBound, sums.stride)
    }
  }
}
