/// The difference between an array and its expected values, in double precision, and the place where it is
/// largest.
public struct Difference: CustomStringConvertible, Sendable {
  /// The largest absolute difference; NaN if an element is NaN in only one of the arrays.
  public let largest: Double
  /// The index of the largest difference.
  public let index: Int
  /// The root mean square of the expected values.
  public let rms: Double
  /// The actual and the expected value at ``index``.
  public let values: (got: Double, expected: Double)

  /// Compares two arrays. Arrays of different counts have an infinite difference.
  public init(_ got: some Collection<Float>, expected: some Collection<Float>) {
    self.init(got.map(Double.init), expected: expected.map(Double.init))
  }

  /// Compares two arrays. Arrays of different counts have an infinite difference.
  public init(_ got: [Double], expected: [Double]) {
    guard got.count == expected.count, !got.isEmpty else {
      (largest, index, rms, values) = (got.count == expected.count ? 0 : .infinity, 0, 1, (0, 0))
      return
    }
    var worst = (index: 0, error: -1.0)
    for (index, (x, y)) in zip(got, expected).enumerated() {
      let error = x == y || (x.isNaN && y.isNaN) ? 0 : abs(x - y)
      if !(error <= worst.error) { worst = (index, error) }
      if error.isNaN { break }
    }
    let squares = expected.reduce(0) { $0 + $1 * $1 }
    (largest, index) = (worst.error, worst.index)
    rms = (squares / Double(expected.count)).squareRoot()
    values = (got[worst.index], expected[worst.index])
  }

  /// The largest difference relative to the root mean square of the expected values; the absolute difference
  /// if that is zero.
  public var relativeToRMS: Double { largest / (rms > 0 ? rms : 1) }

  /// The difference in one line, for the message of a failing test.
  public var description: String {
    "worst at \(index): \(values.got), expected \(values.expected); \(relativeToRMS) of RMS \(rms)"
  }
}
