/// Statistics of a unit's activations over the images of a dump. Skipped images and NaN activations are left
/// out.
package struct UnitStatistics: Sendable, Hashable, Codable {
  /// The number of activations.
  package var count: Int
  /// The minimum and the maximum, NaN without activations.
  package var minimum: Double, maximum: Double
  /// The mean and the population variance.
  package var mean: Double, variance: Double
  /// The number of activations that are zero or less.
  package var nonPositive: Int

  /// Creates statistics from their values.
  package init(
    count: Int, minimum: Double, maximum: Double, mean: Double, variance: Double, nonPositive: Int
  ) {
    (self.count, self.minimum, self.maximum) = (count, minimum, maximum)
    (self.mean, self.variance, self.nonPositive) = (mean, variance, nonPositive)
  }

  /// Computes the statistics of some values. The mean and variance are exact, rounded to the nearest double.
  package init(of values: Span<Float>) {
    var digits = [Int64](repeating: 0, count: ExactMoments.digits)
    var (count, nonPositive) = (0, 0)
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    digits.withUnsafeMutableBufferPointer { digits in
      guard let base = digits.baseAddress else { return }
      for row in values.indices where !values[row].isNaN {
        let value = values[row]
        count += 1
        (lowest, highest) = (Swift.min(lowest, value), Swift.max(highest, value))
        if value <= 0 { nonPositive += 1 }
        if value.isFinite { ExactMoments.add(value, to: base) }
        if count % ExactMoments.limit == 0 { ExactMoments.normalize(base) }
      }
      ExactMoments.normalize(base)
    }
    let isEmpty = count == 0
    self.init(
      count: count, nonPositive: nonPositive, minimum: isEmpty ? nil : lowest,
      maximum: isEmpty ? nil : highest,
      digits: digits)
  }

  /// Computes the statistics of values of which only exact sums are left.
  ///
  /// - Parameters:
  ///   - count: The number of values.
  ///   - nonPositive: The number of values that are zero or less.
  ///   - minimum: The minimum, `nil` without values.
  ///   - maximum: The maximum.
  ///   - digits: The sums of the finite values, normalised.
  package init(
    count: Int, nonPositive: Int, minimum: Float?, maximum: Float?, digits: UnsafePointer<Int64>
  ) {
    self.init(
      count: count, minimum: .nan, maximum: .nan, mean: .nan, variance: .nan, nonPositive: nonPositive)
    guard let minimum, let maximum, count > 0 else { return }
    // The sign of zero is dropped, as in rankings.
    (self.minimum, self.maximum) = (Double(minimum) + 0, Double(maximum) + 0)
    if minimum.isFinite && maximum.isFinite {
      (mean, variance) = ExactMoments.meanAndVariance(digits, count: count)
    } else {
      mean = Double(minimum) + Double(maximum)
      if minimum.isFinite || maximum.isFinite { mean = minimum.isFinite ? .infinity : -.infinity }
    }
  }

  /// Whether the unit is constant: its recorded values differ by less than 1e-8, as in the study.
  package var isConstant: Bool { count > 0 && !(maximum - minimum >= 1e-8) }

  /// Whether no recorded value is above 0. When the values are means over positions, the unit may still be
  /// positive at single positions; ``DeadUnits`` examines those.
  package var isNeverPositive: Bool { count > 0 && nonPositive == count }

  /// The proportion of activations that are zero or less.
  package var sparsity: Double { count == 0 ? 0 : Double(nonPositive) / Double(count) }
}
