/// One step of a program: an operation, and its prologue and epilogue.
package struct Step: Sendable {
  /// The point of an epilogue at which a sum is taken.
  package enum SumPoint: Hashable, Sendable { case raw, preActivation, output }

  /// The index of the step's original node, which identifies the step through every rewrite.
  package let id: Int
  package var name: String
  /// The operation, with its weights.
  package var operation: any Operation
  /// The values read, by node index.
  package var inputs: [Int]
  /// The value written, by node index.
  package var output: Int
  /// The operation applied to the input, for 1×1 convolutions.
  package var prologue: Prologue?
  /// The map applied to the accumulator, before the residual is added.
  package var affine: Affine?
  /// The value added after the affine map.
  package var residual: Int?
  package var activation: Activation?
  /// The slots of the sums, by the point at which each sum is taken.
  package var sums: [SumPoint: Int] = [:]
  /// Whether the step has been merged into another step.
  package var isAbsorbed = false

  package init(id: Int, name: String, operation: some Operation, inputs: [Int], output: Int) {
    (self.id, self.name, self.operation, self.inputs, self.output) = (id, name, operation, inputs, output)
  }

  /// All values that the step reads.
  package var reads: [Int] { inputs + (residual.map { [$0] } ?? []) }

  /// Whether the kernel can apply scale and shift, residual and activation before it stores results.
  package var hasEpilogue: Bool { operation.traits.contains(.hasEpilogue) }

  /// Whether the step only records a value for the caller. Such a step has no output.
  package var isRecord: Bool { operation.traits.contains(.records) }

  /// Whether the step concatenates the channels of its inputs.
  package var isConcatenation: Bool { operation.traits.contains(.concatenates) }

  /// Whether the step consists only of its epilogue.
  package var isMap: Bool { operation is Map }
}

/// The mean over positions of a value, expressed by sums taken while other values were computed.
package indirect enum MeanExpression: Sendable {
  case sum(step: Int, Step.SumPoint)
  /// The mean of a value that is in memory.
  case mean(of: Int)
  case affine(MeanExpression, Affine)

  /// Returns the expression with a step's raw sum replaced by the mean of a value.
  package func replacing(rawSumOf step: Int, withMeanOf value: Int) -> MeanExpression {
    switch self {
    case .sum(step, .raw): .mean(of: value)
    case .affine(let inner, let affine):
      .affine(inner.replacing(rawSumOf: step, withMeanOf: value), affine)
    default: self
    }
  }
}
