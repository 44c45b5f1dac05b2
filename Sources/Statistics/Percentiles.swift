/// The places in the distribution of a unit's activations at which the slider stops.
package enum Percentiles {
  /// Every fifth, the ends, and the study's 99th with its mirror image.
  package static let stops = [0, 1] + Array(stride(from: 5, through: 95, by: 5)) + [99, 100]

  /// The rank of a percentile among `count` activations, from the lowest, 0: the nearest one, the higher of two.
  package static func rank(of stop: Int, among count: Int) -> Int {
    Int((Double(stop) / 100 * Double(count - 1) + 0.5).rounded(.down))
  }
}
