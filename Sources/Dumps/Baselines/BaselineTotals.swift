package import Statistics
package import Tensor

/// What the baselines of one layer's units follow from, added up over images: integers and exact sums, so that the order
/// of the images does not matter.
package struct BaselineTotals: Sendable, Equatable {
  /// The positions of the layer's map, or its tokens.
  package let positions: Int
  /// The images that were added.
  package var count = 0
  /// By unit: positions at 0 or below, of all images; images without any position above 0.
  package var nonPositivePositions: [Int64], nonPositiveImages: [Int64]
  /// By unit: differences between neighbours, over positions and images; none for layers without a map.
  package var contrast: ExactSums?

  /// The memory of one unit's totals.
  package static let bytesOfUnit = 5 * MemoryLayout<Int64>.size

  /// Totals of no images.
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

  /// Totals as they were written.
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
  /// - Precondition: They are of the same layer and units.
  package mutating func add(_ others: BaselineTotals) {
    precondition(describesUnits(of: others), "totals of different layers")
    count += others.count
    for column in nonPositivePositions.indices {
      nonPositivePositions[column] += others.nonPositivePositions[column]
      nonPositiveImages[column] += others.nonPositiveImages[column]
    }
    if let added = others.contrast { contrast? += added }
  }

  /// Whether other totals are of as many positions and units.
  package func describesUnits(of others: BaselineTotals) -> Bool {
    positions == others.positions && nonPositivePositions.count == others.nonPositivePositions.count
      && (contrast == nil) == (others.contrast == nil)
  }

  /// Pixel-wise sparsity: the share of positions at 0 or below, averaged over images. By unit; NaN without images.
  package var pixelSparsity: [Double] {
    nonPositivePositions.map { Double($0) / (Double(positions) * Double(count)) }
  }

  /// Channel-wise sparsity: the share of images in which all positions are at 0 or below.
  package var channelSparsity: [Double] { nonPositiveImages.map { Double($0) / Double(count) } }

  /// Local contrast: the sum of |a − b| over the four neighbours of a position, averaged over positions, then images.
  package var localContrast: [Double]? {
    contrast.map { sums in
      nonPositivePositions.indices.map { sums[$0] / (Double(positions) * Double(count)) }
    }
  }
}
