internal import CKernels
package import Tensor

/// Where an operation stands in a plan: the shapes around it, the memory and the kernels.
package struct Site: Sendable {
  package let packed: PackedStep
  /// Shape of each value of the plan, by node index.
  package let shapes: [Shape]
  package let storage: Storage
  package let options: Plan.Options

  /// The step around the operation.
  package var step: Step { packed.step }
  /// The shape of the first input.
  package var input: Shape { shapes[step.inputs[0]] }
  /// The shape of the result.
  package var output: Shape { shapes[step.output] }

  /// The elements that the step's inputs, its residual and its result have for one image.
  package var elements: Int {
    step.reads.reduce(step.isRecord ? 0 : output.count) { $0 + shapes[$1].count }
  }

  /// The functions of the plan's tier.
  var kernels: UnsafePointer<ck_kernels> { options.tier.kernels }
}

extension Plan {
  /// Where the operation of one of the steps stands.
  package func site(of index: Int) -> Site {
    Site(packed: steps[index], shapes: shapes, storage: storage, options: options)
  }
}
