/// Sums of non-negative numbers that do not depend on the order of addition: fixed point, with 64 fractional
/// bits.
///
/// Each number is truncated to a multiple of 2⁻⁶⁴ before it is added; the addition is exact. Numbers that are
/// not finite, or at least 2³⁸, are counted as outliers. At most 2²⁵ other numbers can be added.
package struct ExactSums: Sendable, Equatable {
  /// The integer parts, and the fractional parts in units of 2⁻⁶⁴.
  package private(set) var whole: [UInt64], fraction: [UInt64]
  /// The number of outliers per sum.
  package private(set) var outliers: [Int64]

  private static let limit = 0x1p38

  /// Creates `count` sums of zero.
  package init(count: Int) {
    whole = Array(repeating: 0, count: count)
    fraction = whole
    outliers = Array(repeating: 0, count: count)
  }

  /// Creates sums from stored parts. The three arrays have one element per sum.
  package init(whole: [UInt64], fraction: [UInt64], outliers: [Int64]) {
    (self.whole, self.fraction, self.outliers) = (whole, fraction, outliers)
  }

  /// Adds a number to one sum.
  package mutating func add(_ value: Double, to index: Int) {
    // The comparison is also false for NaN.
    guard value >= 0 && value < Self.limit else {
      outliers[index] += 1
      return
    }
    let units = UInt64(value)
    add(units, UInt64((value - Double(units)) * 0x1p64), to: index)
  }

  /// Adds other sums element by element.
  package static func += (sums: inout ExactSums, others: ExactSums) {
    for index in sums.whole.indices {
      sums.add(others.whole[index], others.fraction[index], to: index)
      sums.outliers[index] += others.outliers[index]
    }
  }

  private mutating func add(_ units: UInt64, _ rest: UInt64, to index: Int) {
    let (sum, carry) = fraction[index].addingReportingOverflow(rest)
    fraction[index] = sum
    // Sums read from a file may have any value: wrap around instead of trapping.
    whole[index] = whole[index] &+ units &+ (carry ? 1 : 0)
  }

  /// The value of one sum, NaN if any number was an outlier.
  package subscript(index: Int) -> Double {
    outliers[index] == 0 ? Double(whole[index]) + Double(fraction[index]) * 0x1p-64 : .nan
  }
}
