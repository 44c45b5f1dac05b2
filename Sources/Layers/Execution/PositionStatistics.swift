import Tensor

/// Sums over the positions of each image that the baselines of a layer's units need: a part of a workspace.
///
/// Pixel-wise and channel-wise sparsity follow from the number of positions at 0 or below, local contrast
/// from the differences between neighbours: see docs/study.md.
package final class PositionStatistics {
  /// The sums of one image.
  package struct OfImage {
    /// The number of positions of the map, or of tokens.
    package let positions: Int
    /// The number of positions with a value of 0 or less, per unit.
    package let nonPositive: UnsafeBufferPointer<Int32>
    /// The sum over positions of |a − b| for the four neighbours b of each position, with 0 outside the map,
    /// per unit. `nil` for layers without a map.
    package let contrast: UnsafeBufferPointer<Double>?
  }

  let nonPositive: UnsafeMutablePointer<Int32>
  let contrast: UnsafeMutablePointer<Double>?
  private let shape: Shape

  /// Allocates the sums for a layer with the given activation shape.
  init(of shape: Shape, images: Int) {
    self.shape = shape
    let count = shape.channels * images
    nonPositive = .allocate(capacity: count)
    nonPositive.initialize(repeating: 0, count: count)
    guard shape.mapExtents != nil else {
      contrast = nil
      return
    }
    let contrast = UnsafeMutablePointer<Double>.allocate(capacity: count)
    contrast.initialize(repeating: 0, count: count)
    self.contrast = contrast
  }

  deinit {
    nonPositive.deallocate()
    contrast?.deallocate()
  }

  func ofImage(_ image: Int) -> OfImage {
    let (first, count) = (image * shape.channels, shape.channels)
    return OfImage(
      positions: shape.positions,
      nonPositive: UnsafeBufferPointer(start: nonPositive + first, count: count),
      contrast: contrast.map { UnsafeBufferPointer(start: $0 + first, count: count) })
  }
}
