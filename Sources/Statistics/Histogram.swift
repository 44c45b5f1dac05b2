/// The number of a unit's activations in each of several equal bins of their range.
package enum Histogram {
  /// The number of bins that an atlas shows.
  package static let bins = 40

  /// Counts activations per bin. Non-finite activations are not counted. All counts are zero when the range
  /// is empty or infinite.
  package static func counts(of values: some Sequence<Float>, from minimum: Float, to maximum: Float)
    -> [UInt32]
  {
    let (low, range) = (Double(minimum), Double(maximum) - Double(minimum))
    guard range > 0, range.isFinite else { return [UInt32](repeating: 0, count: bins) }
    let scale = Double(bins) / range
    return counts(of: values, bins: bins) { $0.isFinite ? (Double($0) - low) * scale : nil }
  }

  /// Counts activations by their position on an axis.
  ///
  /// - Parameters:
  ///   - values: The activations.
  ///   - bins: The number of bins.
  ///   - position: The position of an activation, from 0, the lower end, to `bins`, the upper end. Positions beyond an end
  ///     belong to the bin at that end, and the upper end to the last bin; `nil` is not counted.
  /// - Returns: The number of activations in each bin.
  package static func counts(
    of values: some Sequence<Float>, bins: Int, position: (Float) -> Double?
  ) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: bins)
    for value in values { count(position(value), in: &counts) }
    return counts
  }

  /// Counts activations by their position on an axis, as ``counts(of:bins:position:)-(Sequence<Float>,_,_)`` does.
  package static func counts(of values: Span<Float>, bins: Int, position: (Float) -> Double?) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: bins)
    for index in values.indices { count(position(values[index]), in: &counts) }
    return counts
  }

  private static func count(_ position: Double?, in counts: inout [UInt32]) {
    guard let position else { return }
    counts[min(max(Int(position), 0), counts.count - 1)] += 1
  }
}
