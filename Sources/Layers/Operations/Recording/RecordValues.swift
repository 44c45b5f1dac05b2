internal import CKernels
package import Tensor

/// Records a reduction other than the mean of a value in memory.
package struct RecordValues: Operation, Hashable {
  /// The index of the tap.
  package let tap: Int
  package let reduction: Reduction

  package var kernelName: String { "record \(reduction.rawValue)" }
  package var traits: OperationTraits { .records }
  package func family(at site: Site) -> String { "record" }

  /// Returns the work, including the writes of the recorded values.
  package func work(at site: Site) -> Work {
    Work(elements: site.elements + reduction.shape(of: site.input).count)
  }

  package func run(_ call: Call) {
    let shape = call.inputShape()
    let (input, target) = (call.input(), call.workspace.tapValues[tap].pointer)
    let (positions, channels) = (Int32(shape.positions), Int32(shape.channels))
    switch reduction {
    case .max:
      call.kernels.pointee.column_maxima(
        positions, channels, call.imageCount, input, target, shape.channels)
    case .none where shape.rank == 3:
      for image in 0..<call.images {
        call.kernels.pointee.transpose(
          positions, channels, input.data + image * input.image_stride, input.position_stride,
          target + image * shape.count)
      }
    case .none, .token0, .mean:
      let kept = reduction == .token0 ? 1 : shape.positions
      let view = ck_view(
        data: target, position_stride: shape.channels, image_stride: kept * shape.channels)
      call.copy(positions: kept, channels: shape.channels, from: input, to: view)
    }
  }
}
