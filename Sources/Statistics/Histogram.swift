/// The number of a unit's activations in each of several equal bins of their range.
package enum Histogram {
  /// The number of bins.
  package static let bins = 40

  /// Counts activations per bin. Non-finite activations are not counted. All counts are zero when the range
  /// is empty or infinite.
  package static func counts(of values: some Sequence<Float>, from minimum: Float, to maximum: Float)
    -> [UInt32]
  {
    var counts = [UInt32](repeating: 0, count: bins)
    let (low, range) = (Double(minimum), Double(maximum) - Double(minimum))
    guard range > 0, range.isFinite else { return counts }
    let scale = Double(bins) / range
    for value in values where value.isFinite {
      counts[min(max(Int((Double(value) - low) * scale), 0), bins - 1)] += 1
    }
    return counts
  }
}
