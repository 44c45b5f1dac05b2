internal import CKernels
import Tensor

/// A copy with an epilogue. BatchNorm, layer scale, activations and sums are maps when no other step takes
/// them over.
package struct Map: Operation {
  package var kernelName: String { "map" }
  package var traits: OperationTraits { .hasEpilogue }
  package func family(at site: Site) -> String { site.step.residual == nil ? "pointwise" : "sum" }
  package func overwritable(by step: Step) -> [Int] {
    [step.inputs[0]] + (step.residual.map { [$0] } ?? [])
  }

  /// Copies the channels, divided among the members of a team.
  package func run(_ call: Call) {
    let shape = call.inputShape()
    let (input, output, epilogue) = (call.input(), call.output, call.epilogue)
    call.divide(shape.channels, by: 2 * Call.lineChannels) { channels, _ in
      var epilogue = epilogue.from(channels.lowerBound)
      call.kernels.pointee.map(
        Int32(shape.positions), Int32(channels.count), call.imageCount, input.from(channels.lowerBound),
        &epilogue, output.from(channels.lowerBound))
    }
  }
}
