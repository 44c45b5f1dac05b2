internal import CKernels
import Tensor

extension Tier {
  /// The table of kernel functions of the tier.
  var kernels: UnsafePointer<ck_kernels> {
    var count = 0
    guard let tables = ck_tiers(&count), index < count, let table = tables[index] else {
      preconditionFailure("there is no tier \(name)")
    }
    return table
  }
}

extension ck_window {
  /// Creates the geometry of a window between two maps. Sequences and vectors count as maps one position
  /// wide.
  init(_ window: Window, from input: Shape, to output: Shape) {
    let (inHeight, inWidth) = input.map
    let (outHeight, outWidth) = output.map
    self.init(
      in_height: Int32(inHeight), in_width: Int32(inWidth), out_height: Int32(outHeight),
      out_width: Int32(outWidth), kernel_height: Int32(window.kernel), kernel_width: Int32(window.kernel),
      stride_y: Int32(window.stride), stride_x: Int32(window.stride), pad_top: Int32(window.padding.top),
      pad_left: Int32(window.padding.left))
  }
}

extension ck_convolution {
  /// Creates the geometry of a dense convolution between two activations.
  init(_ window: Window, from input: Shape, to output: Shape, _ precision: Precision) {
    self.init(
      window: ck_window(window, from: input, to: output), in_channels: Int32(input.channels),
      out_channels: Int32(output.channels), prologue: ck_prologue(), precision: ck_precision(precision))
  }
}

extension ck_prologue {
  init(_ packed: PackedStep) {
    self.init(
      scale: packed.inputScale.map { UnsafePointer($0.pointer) },
      shift: packed.inputShift.map { UnsafePointer($0.pointer) }, relu: packed.step.prologue?.relu ?? false)
  }
}

extension ck_precision {
  init(_ precision: Precision) {
    self =
      switch precision {
      case .fp32: CK_FP32
      case .bf16x3: CK_BF16X3
      case .bf16: CK_BF16
      }
  }
}

extension ck_activation {
  init(_ activation: Activation?) {
    self =
      switch activation {
      case nil: CK_IDENTITY
      case .relu: CK_RELU
      case .gelu: CK_GELU
      case .quickGELU: CK_QUICK_GELU
      }
  }
}

extension Shape {
  /// The height and width. Sequences and vectors have all positions along the height.
  fileprivate var map: (height: Int, width: Int) { rank == 3 ? (self[1], self[2]) : (positions, 1) }
}
