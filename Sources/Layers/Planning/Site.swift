internal import CKernels
package import Tensor

/// The context of an operation in a plan: the shapes of values, the memory and the kernels.
package struct Site: Sendable {
  package let packed: PackedStep
  /// The shape of each value of the plan, by node index.
  package let shapes: [Shape]
  package let storage: Storage
  package let options: Plan.Options

  /// The step of the operation.
  package var step: Step { packed.step }
  /// The shape of the first input.
  package var input: Shape { shapes[step.inputs[0]] }
  /// The shape of the result.
  package var output: Shape { shapes[step.output] }

  /// The number of elements of the step's inputs, residual and result for one image.
  package var elements: Int {
    step.reads.reduce(step.isRecord ? 0 : output.count) { $0 + shapes[$1].count }
  }

  /// The kernel functions of the plan's tier.
  var kernels: UnsafePointer<ck_kernels> { options.tier.kernels }
}

extension Plan {
  /// Returns the context of one step's operation.
  package func site(of index: Int) -> Site {
    Site(packed: steps[index], shapes: shapes, storage: storage, options: options)
  }
}
