/// One step of a program: an operation, and what is done around it before its results are stored.
package struct Step: Sendable {
  /// Where in an epilogue a sum is taken.
  package enum SumPoint: Hashable, Sendable { case raw, preActivation, output }

  /// Names the step for good, through every rewrite: the node that started it.
  package let id: Int
  package var name: String
  /// What the step computes, with its weights.
  package var operation: any Operation
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

  package init(id: Int, name: String, operation: some Operation, inputs: [Int], output: Int) {
    (self.id, self.name, self.operation, self.inputs, self.output) = (id, name, operation, inputs, output)
  }

  /// Every value the step reads.
  package var reads: [Int] { inputs + (residual.map { [$0] } ?? []) }

  /// Whether the kernel can apply scale and shift, residual and activation before it stores.
  package var hasEpilogue: Bool { operation.traits.contains(.hasEpilogue) }

  /// Whether the step only keeps something for the caller; it then has no output.
  package var isRecord: Bool { operation.traits.contains(.records) }

  /// Whether the step puts the channels of its inputs side by side.
  package var isConcatenation: Bool { operation.traits.contains(.concatenates) }

  /// Whether the step is its epilogue and nothing else.
  package var isMap: Bool { operation is Map }
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
