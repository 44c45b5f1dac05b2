internal import CKernels
import Tensor

/// Records the sums for the baselines of units from a value in memory: non-positive positions, and
/// differences between neighbours.
package struct RecordBaselines: Operation, Hashable {
  /// The index of the tap.
  package let tap: Int

  package var kernelName: String { "baselines" }
  package var traits: OperationTraits { .records }
  package func family(at site: Site) -> String { "record" }

  package func run(_ call: Call) {
    let shape = call.inputShape()
    let map = shape.mapExtents ?? (height: 1, width: shape.positions)
    let baselines = call.workspace.baselines[tap]
    call.kernels.pointee.baselines(
      Int32(map.height), Int32(map.width), Int32(shape.channels), call.imageCount, call.input(),
      baselines.nonPositive, baselines.contrast, shape.channels)
  }
}
