private import CKernels
package import Tensor

/// A step made ready to run: its numbers in the form its kernel takes.
package struct PackedStep: Sendable {
  package var step: Step
  /// The weight as the tier's kernel wants it, or the vector or matrix the operation adds.
  package var weight: AlignedBuffer?
  package var bias: AlignedBuffer?
  package var scale: AlignedBuffer?
  package var shift: AlignedBuffer?
  /// Of the step's prologue.
  package var inputScale: AlignedBuffer?
  package var inputShift: AlignedBuffer?

  /// Packs the steps of a program, on all processors.
  package static func pack(_ program: Program, for options: Plan.Options) -> [PackedStep] {
    let slots = Slots(count: program.steps.count)
    concurrently(iterations: program.steps.count) { index in
      slots[index] = PackedStep(program.steps[index], shapes: program.shapes, options: options)
    }
    return slots.values
  }

  private init(_ step: Step, shapes: [Shape], options: Plan.Options) {
    self.step = step
    if let affine = step.affine {
      if affine.scale.contains(where: { $0 != 1 }) { scale = AlignedBuffer(affine.scale.map { Float($0) }) }
      shift = AlignedBuffer(affine.shift.map { Float($0) })
    }
    if let affine = step.prologue?.affine {
      inputScale = AlignedBuffer(affine.scale.map { Float($0) })
      inputShift = AlignedBuffer(affine.shift.map { Float($0) })
    }
    switch step.operation {
    case .convolution(let window, let weight):
      var convolution = ck_convolution(
        window, from: shapes[step.inputs[0]], to: shapes[step.output], options.precision)
      let kernels = options.tier.kernels
      let packed = AlignedBuffer(count: kernels.pointee.conv_packed_size(&convolution))
      weight.withUnsafeBufferPointer {
        kernels.pointee.conv_pack(&convolution, $0.baseAddress, packed.pointer)
      }
      self.weight = packed
    case .depthwise(let window, let weight):
      let (channels, taps) = (weight.shape[0], window.kernel * window.kernel)
      let packed = AlignedBuffer(count: channels * taps)
      weight.withUnsafeBufferPointer { elements in
        for channel in 0..<channels {
          for tap in 0..<taps { packed.pointer[tap * channels + channel] = elements[channel * taps + tap] }
        }
      }
      self.weight = packed
    case .layerNorm(let weight, let bias, _):
      self.weight = AlignedBuffer(weight)
      self.bias = AlignedBuffer(bias)
    case .firstToken(let token): weight = token.map { AlignedBuffer($0) }
    case .addMatrix(let matrix): weight = AlignedBuffer(matrix)
    default: break
    }
    step.operation.forgetWeights(in: &self.step)
  }

  /// One cell per step, each written by one thread.
  private final class Slots: @unchecked Sendable {
    private let cells: UnsafeMutableBufferPointer<PackedStep?>
    init(count: Int) {
      cells = .allocate(capacity: count)
      cells.initialize(repeating: nil)
    }
    deinit {
      cells.deinitialize()
      cells.deallocate()
    }
    subscript(index: Int) -> PackedStep? {
      get { cells[index] }
      set { cells[index] = newValue }
    }
    var values: [PackedStep] { cells.compactMap { $0 } }
  }
}

extension Step.Operation {
  /// Lets go of the checkpoint's tensors once they are packed.
  fileprivate func forgetWeights(in step: inout Step) {
    let none = Tensor(shape: [0], [])
    switch self {
    case .convolution(let window, _): step.operation = .convolution(window, weight: none)
    case .depthwise(let window, _): step.operation = .depthwise(window, weight: none)
    case .layerNorm(_, _, let epsilon):
      step.operation = .layerNorm(weight: none, bias: none, epsilon: epsilon)
    case .firstToken(.some): step.operation = .firstToken(none)
    case .addMatrix: step.operation = .addMatrix(none)
    default: break
    }
  }
}

extension AlignedBuffer {
  fileprivate convenience init(_ tensor: Tensor) {
    self.init(count: tensor.shape.count)
    tensor.withUnsafeBufferPointer { elements in
      for (index, element) in elements.enumerated() { pointer[index] = element }
    }
  }
}
