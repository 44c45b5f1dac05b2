/// What a unit did over the images of a dump; skipped images, and activations that are NaN, are left out.
public struct UnitStatistics: Sendable, Hashable, Codable {
  /// The activations.
  public var count: Int
  /// The least and the greatest; NaN where there are none.
  public var minimum: Double, maximum: Double
  /// Their mean, and the mean of the squared differences from it.
  public var mean: Double, variance: Double
  /// Those that are zero or less.
  public var nonPositive: Int

  /// Creates statistics.
  public init(
    count: Int, minimum: Double, maximum: Double, mean: Double, variance: Double, nonPositive: Int
  ) {
    (self.count, self.minimum, self.maximum) = (count, minimum, maximum)
    (self.mean, self.variance, self.nonPositive) = (mean, variance, nonPositive)
  }

  /// The statistics of some values: the doubles nearest to the exact mean and variance.
  public init(of values: Span<Float>) {
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

  /// The statistics of values of which only exact sums are left.
  ///
  /// - Parameters:
  ///   - count: The number of values.
  ///   - nonPositive: Those that are zero or less.
  ///   - minimum: The least, `nil` where there are no values.
  ///   - maximum: The greatest.
  ///   - digits: The sums of the finite ones, normalised.
  package init(
    count: Int, nonPositive: Int, minimum: Float?, maximum: Float?, digits: UnsafePointer<Int64>
  ) {
    self.init(
      count: count, minimum: .nan, maximum: .nan, mean: .nan, variance: .nan, nonPositive: nonPositive)
    guard let minimum, let maximum, count > 0 else { return }
    // Zero has no sign here, as in rankings.
    (self.minimum, self.maximum) = (Double(minimum) + 0, Double(maximum) + 0)
    if minimum.isFinite && maximum.isFinite {
      (mean, variance) = ExactMoments.meanAndVariance(digits, count: count)
    } else {
      mean = Double(minimum) + Double(maximum)
      if minimum.isFinite || maximum.isFinite { mean = minimum.isFinite ? .infinity : -.infinity }
    }
  }

  /// Whether the unit is constant: its recorded values differ by less than 1e-8, as in the study.
  public var isConstant: Bool { count > 0 && !(maximum - minimum >= 1e-8) }

  /// Whether no recorded value is above 0: where these are means over positions, the unit is never positive on average. It
  /// may be positive at single positions all the same, which ``DeadUnits`` decides.
  public var isNeverPositive: Bool { count > 0 && nonPositive == count }

  /// The share of activations that are zero or less.
  public var sparsity: Double { count == 0 ? 0 : Double(nonPositive) / Double(count) }
}
