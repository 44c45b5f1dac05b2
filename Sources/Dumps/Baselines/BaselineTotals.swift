package import Statistics
package import Tensor

/// The totals, added up over images, from which the baselines of one layer's units are computed. All totals
/// are integers or exact sums, so the order of the images does not matter.
package struct BaselineTotals: Sendable, Equatable {
  /// The number of positions of the layer's map, or of its tokens.
  package let positions: Int
  /// The number of images that were added.
  package var count = 0
  /// By unit: the positions at 0 or below, over all images; the images without any position above 0.
  package var nonPositivePositions: [Int64], nonPositiveImages: [Int64]
  /// By unit: the differences between neighbours, over positions and images; `nil` for layers without a map.
  package var contrast: ExactSums?

  /// The memory of one unit's totals, in bytes.
  package static let bytesOfUnit = 5 * MemoryLayout<Int64>.size

  /// Creates the totals of no images.
  ///
  /// - Parameters:
  ///   - shape: The shape of the layer's value for one image.
  ///   - units: The number of units that are recorded.
  package init(of shape: Shape, units: Int) {
    positions = shape.positions
    nonPositivePositions = Array(repeating: 0, count: units)
    nonPositiveImages = nonPositivePositions
    contrast = shape.mapExtents == nil ? nil : ExactSums(count: units)
  }

  /// Creates totals from values that were read from a file.
  package init(
    positions: Int, count: Int, nonPositivePositions: [Int64], nonPositiveImages: [Int64],
    contrast: ExactSums?
  ) {
    (self.positions, self.count) = (positions, count)
    (self.nonPositivePositions, self.nonPositiveImages) = (nonPositivePositions, nonPositiveImages)
    self.contrast = contrast
  }

  /// Adds the totals of other images.
  ///
  /// - Precondition: Both totals are of the same layer and units.
  package mutating func add(_ others: BaselineTotals) {
    precondition(describesUnits(of: others), "totals of different layers")
    count += others.count
    for column in nonPositivePositions.indices {
      nonPositivePositions[column] += others.nonPositivePositions[column]
      nonPositiveImages[column] += others.nonPositiveImages[column]
    }
    if let added = others.contrast { contrast? += added }
  }

  /// Returns whether other totals have the same numbers of positions and units.
  package func describesUnits(of others: BaselineTotals) -> Bool {
    positions == others.positions && nonPositivePositions.count == others.nonPositivePositions.count
      && (contrast == nil) == (others.contrast == nil)
  }

  /// Pixel-wise sparsity: the share of positions at 0 or below, averaged over images. By unit; NaN without
  /// images.
  package var pixelSparsity: [Double] {
    nonPositivePositions.map { Double($0) / (Double(positions) * Double(count)) }
  }

  /// Channel-wise sparsity: the share of images in which all positions are at 0 or below. By unit.
  package var channelSparsity: [Double] { nonPositiveImages.map { Double($0) / Double(count) } }

  /// Local contrast: the sum of |a − b| over the four neighbours of a position, averaged over positions, then
  /// images.
  package var localContrast: [Double]? {
    contrast.map { sums in
      nonPositivePositions.indices.map { sums[$0] / (Double(positions) * Double(count)) }
    }
  }
}
