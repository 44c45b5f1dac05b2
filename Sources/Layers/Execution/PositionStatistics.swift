import Tensor

/// What the baselines of a layer's units add up over the positions of each image: memory of a workspace.
///
/// Pixel-wise and channel-wise sparsity follow from the positions at 0 or below, local contrast from the differences
/// between neighbours: see docs/study.md.
public final class PositionStatistics {
  /// What one image adds.
  public struct OfImage {
    /// The positions of the map, or the tokens.
    public let positions: Int
    /// How many of them hold 0 or less, by unit.
    public let nonPositive: UnsafeBufferPointer<Int32>
    /// The sum over positions of |a − b| for the four neighbours b of each, 0 outside the map, by unit; `nil` for layers
    /// without a map.
    public let contrast: UnsafeBufferPointer<Double>?
  }

  let nonPositive: UnsafeMutablePointer<Int32>
  let contrast: UnsafeMutablePointer<Double>?
  private let shape: Shape

  /// Allocates for a layer whose value has a shape.
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
