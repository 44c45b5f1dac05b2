internal import CKernels
import Tensor

/// Records the sums over positions of a value that no step can sum while computing it.
package struct RecordSums: Operation, Hashable {
  /// The index of the slot for the sums.
  package let slot: Int

  package var kernelName: String { "column-sums" }
  package var traits: OperationTraits { .records }
  package func family(at site: Site) -> String { "record" }

  package func run(_ call: Call) {
    let shape = call.inputShape()
    call.kernels.pointee.column_sums(
      Int32(shape.positions), Int32(shape.channels), call.imageCount, call.input(), call.workspace.sums[slot],
      shape.channels)
  }
}
