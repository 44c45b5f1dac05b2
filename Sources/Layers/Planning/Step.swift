package import Tensor

/// A factor and an offset per channel, in double precision until a plan is packed.
package struct Affine: Sendable, Equatable {
  package var scale: [Double]
  package var shift: [Double]

  package init(scale: [Double], shift: [Double]) { (self.scale, self.shift) = (scale, shift) }

  /// The map of some of the channels.
  package subscript(channels: Range<Int>) -> Affine {
    Affine(scale: Array(scale[channels]), shift: Array(shift[channels]))
  }

  /// `next` applied to the result of this.
  package func followed(by next: Affine) -> Affine {
    Affine(
      scale: zip(scale, next.scale).map { $0 * $1 },
      shift: zip(shift, zip(next.scale, next.shift)).map { $0 * $1.0 + $1.1 })
  }
}

/// What a convolution does to its inputs as it reads them: a scale and shift per channel, then perhaps a ReLU.
package struct Prologue: Sendable {
  package var affine: Affine
  package var relu: Bool
}

/// One operation of a program: what a kernel call does, with its weights as the checkpoint stores them.
package struct Step: Sendable {
  package enum Operation: Sendable {
    /// Weight: output × input × kernel × kernel.
    case convolution(Window, weight: Tensor)
    /// Weight: channels × 1 × kernel × kernel.
    case depthwise(Window, weight: Tensor)
    /// Nothing but the epilogue: normalisation by stored statistics, activations, sums, copies.
    case map
    case maxPool(Window)
    case averagePool(Window)
    case globalAverage
    case layerNorm(weight: Tensor, bias: Tensor, epsilon: Float)
    case localResponseNorm(LocalResponseNorm)
    case softmax
    /// Inputs: one packed sequence, or queries, keys and values.
    case attention(heads: Int)
    /// `nil` for the mean of the sequence.
    case firstToken(Tensor?)
    /// Adds a tokens × channels matrix.
    case addMatrix(Tensor)
    /// The value is another one seen differently; nothing runs.
    case view(View)
    /// Parts that did not find a place inside the whole are copied there.
    case concatenate
    /// Keeps something of the input for the caller; has no output of its own.
    case record(Record)
  }

  package enum View: Sendable, Equatable {
    case same
    case token(Int)
  }

  package enum Record: Sendable, Equatable {
    /// Sums over positions, into a slot.
    case sums(slot: Int)
    /// A reduction other than the mean, into a tap.
    case values(tap: Int, Reduction)
    /// Non-positive positions and differences between neighbours, of a tap.
    case baselines(tap: Int)
  }

  /// Where in an epilogue a sum is taken.
  package enum SumPoint: Hashable, Sendable { case raw, preActivation, output }

  /// Names the step for good, through every rewrite: the node that started it.
  package let id: Int
  package var name: String
  package var operation: Operation
  /// Values read, by node index.
  package var inputs: [Int]
  /// The value written, by node index.
  package var output: Int
  /// Applied to the input, by 1×1 convolutions.
  package var prologue: Prologue?
  /// Applied to the accumulator, before the residual.
  package var affine: Affine?
  /// The value added after the affine map.
  package var residual: Int?
  package var activation: Activation?
  /// Slots of the sums taken on the way.
  package var sums: [SumPoint: Int] = [:]
  /// Whether another step has taken over what this one does.
  package var isAbsorbed = false

  package init(id: Int, name: String, operation: Operation, inputs: [Int], output: Int) {
    (self.id, self.name, self.operation, self.inputs, self.output) = (id, name, operation, inputs, output)
  }

  /// Every value the step reads.
  package var reads: [Int] { inputs + (residual.map { [$0] } ?? []) }

  /// Whether the kernel can apply scale and shift, residual and activation before it stores.
  package var hasEpilogue: Bool {
    switch operation {
    case .convolution, .depthwise, .map: true
    default: false
    }
  }
}

/// The mean over positions of a value, from sums taken while other values were computed.
package indirect enum MeanExpression: Sendable {
  case sum(step: Int, Step.SumPoint)
  /// The mean of a value that is in memory.
  case mean(of: Int)
  case affine(MeanExpression, Affine)

  /// The same where the sums of a step's input have become the mean of a value.
  package func replacing(rawSumOf step: Int, withMeanOf value: Int) -> MeanExpression {
    switch self {
    case .sum(step, .raw): .mean(of: value)
    case .affine(let inner, let affine):
      .affine(inner.replacing(rawSumOf: step, withMeanOf: value), affine)
    default: self
    }
  }
}
