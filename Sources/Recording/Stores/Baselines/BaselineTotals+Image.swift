import Dumps
import Layers
import Statistics

extension BaselineTotals {
  /// Adds one image: all units, or the chosen units in their order.
  mutating func add(_ image: PositionStatistics.OfImage, units: [Int]?) {
    count += 1
    for column in nonPositivePositions.indices {
      let unit = units?[column] ?? column
      let positions = Int(image.nonPositive[unit])
      nonPositivePositions[column] += Int64(positions)
      if positions == self.positions { nonPositiveImages[column] += 1 }
      if let value = image.contrast?[unit] { contrast?.add(value, to: column) }
    }
  }
}
