import Machine
package import Tensor

/// A step ready to run: its numbers in the format of its kernel.
package struct PackedStep: Sendable {
  package private(set) var step: Step
  /// The scale of the step's affine map, `nil` when every factor is 1.
  package let scale: AlignedBuffer?
  package let shift: AlignedBuffer?
  /// The scale of the step's prologue.
  package let inputScale: AlignedBuffer?
  package let inputShift: AlignedBuffer?

  /// Packs the steps of a program, on all processors.
  package static func pack(_ program: Program, in storage: Storage, for options: Plan.Options) -> [PackedStep]
  {
    map(in: program.steps) { PackedStep($0, shapes: program.shapes, storage, options) }
  }

  private init(_ step: Step, shapes: [Shape], _ storage: Storage, _ options: Plan.Options) {
    self.step = step
    scale = step.affine.flatMap { $0.scale.contains { $0 != 1 } ? AlignedBuffer(rounding: $0.scale) : nil }
    shift = step.affine.map { AlignedBuffer(rounding: $0.shift) }
    inputScale = step.prologue.map { AlignedBuffer(rounding: $0.affine.scale) }
    inputShift = step.prologue.map { AlignedBuffer(rounding: $0.affine.shift) }
    let site = Site(packed: self, shapes: shapes, storage: storage, options: options)
    self.step.operation.pack(at: site)
  }

  /// All packed buffers of the step.
  package var buffers: [AlignedBuffer] {
    step.operation.packedWeights + [scale, shift, inputScale, inputShift].compactMap { $0 }
  }
}

extension AlignedBuffer {
  /// Creates a buffer of numbers rounded to Float.
  fileprivate convenience init(rounding numbers: [Double]) { self.init(numbers.map { Float($0) }) }
}
