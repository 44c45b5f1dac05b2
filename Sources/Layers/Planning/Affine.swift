package import Tensor

/// A scale and a shift per channel, in double precision until a plan is packed.
package struct Affine: Sendable, Equatable {
  package var scale: [Double]
  package var shift: [Double]

  package init(scale: [Double], shift: [Double]) { (self.scale, self.shift) = (scale, shift) }

  /// Returns the scale and shift of a range of channels.
  package subscript(channels: Range<Int>) -> Affine {
    Affine(scale: Array(scale[channels]), shift: Array(shift[channels]))
  }

  /// Returns the composition: this map, then `next`.
  package func followed(by next: Affine) -> Affine {
    Affine(
      scale: zip(scale, next.scale).map { $0 * $1 },
      shift: zip(shift, zip(next.scale, next.shift)).map { $0 * $1.0 + $1.1 })
  }

  /// Returns the map `x + bias`.
  package static func offset(_ bias: Tensor) -> Affine {
    Affine(scale: Array(repeating: 1, count: bias.shape.count), shift: bias.doubles)
  }
}

/// The operation that a convolution applies to its inputs while reading them: a scale and shift per channel,
/// then optionally a ReLU.
package struct Prologue: Sendable {
  package var affine: Affine
  package var relu: Bool
}

extension Tensor {
  /// The elements in double precision, row-major.
  var doubles: [Double] { withUnsafeBufferPointer { $0.map(Double.init) } }
}
