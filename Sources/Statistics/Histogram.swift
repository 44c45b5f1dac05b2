/// How many activations of a unit fall into each of a number of equal parts of their range.
package enum Histogram {
  /// The parts that an atlas shows.
  package static let bins = 40

  /// Counts activations; those that are not finite belong nowhere. All are zero where the range is empty or infinite.
  package static func counts(of values: some Sequence<Float>, from minimum: Float, to maximum: Float)
    -> [UInt32]
  {
    let (low, range) = (Double(minimum), Double(maximum) - Double(minimum))
    guard range > 0, range.isFinite else { return [UInt32](repeating: 0, count: bins) }
    let scale = Double(bins) / range
    return counts(of: values, bins: bins) { $0.isFinite ? (Double($0) - low) * scale : nil }
  }

  /// Counts activations by their position.
  ///
  /// - Parameters:
  ///   - values: The activations.
  ///   - bins: The parts.
  ///   - position: Where an activation is, from 0, the lower end, to `bins`, the upper end, which belongs to the last part as all
  ///     beyond it does; `nil` for one that belongs nowhere.
  /// - Returns: The activations of each part.
  package static func counts(
    of values: some Sequence<Float>, bins: Int, position: (Float) -> Double?
  ) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: bins)
    for value in values {
      guard let position = position(value) else { continue }
      counts[min(max(Int(position), 0), bins - 1)] += 1
    }
    return counts
  }
}
