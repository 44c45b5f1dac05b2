/// The percentiles of a unit's activations at which the slider has its positions.
package enum Percentiles {
  /// Every fifth percentile, 0 and 100, and the study's 99th with its mirror image.
  package static let stops = [0, 1] + Array(stride(from: 5, through: 95, by: 5)) + [99, 100]

  /// Returns the rank of a percentile among `count` activations, 0 for the lowest: the nearest rank, the
  /// higher one for a tie.
  package static func rank(of stop: Int, among count: Int) -> Int {
    Int((Double(stop) / 100 * Double(count - 1) + 0.5).rounded(.down))
  }
}
