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

  /// The statistics of some values, added up in double.
  public init(of values: UnsafeBufferPointer<Float>) {
    self.init(count: 0, minimum: .nan, maximum: .nan, mean: .nan, variance: .nan, nonPositive: 0)
    var sum = 0.0
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for value in values where !value.isNaN {
      count += 1
      sum += Double(value)
      (lowest, highest) = (Swift.min(lowest, value), Swift.max(highest, value))
      if value <= 0 { nonPositive += 1 }
    }
    guard count > 0 else { return }
    (minimum, maximum) = (Double(lowest), Double(highest))
    mean = sum / Double(count)
    var squares = 0.0
    for value in values where !value.isNaN { squares += (Double(value) - mean) * (Double(value) - mean) }
    variance = squares / Double(count)
  }

  /// The study's constant units: activations that differ by less than 1e-8, of which nothing can be learnt.
  public var isConstant: Bool { !(maximum - minimum >= 1e-8) }

  /// The share of activations that are zero or less.
  public var sparsity: Double { count == 0 ? 0 : Double(nonPositive) / Double(count) }
}
