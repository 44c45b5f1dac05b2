/// Sums of non-negative numbers that come out the same in every order: fixed-point, with 64 bits after the point.
///
/// What a number has below 2⁻⁶⁴ is cut off before it is added; from there on, addition is exact. Numbers that are not
/// finite, or 2³⁸ and more, are counted instead: of the others, 2²⁵ can be added.
package struct ExactSums: Sendable, Equatable {
  /// The whole parts and the fractions, in units of 2⁻⁶⁴.
  package private(set) var whole: [UInt64], fraction: [UInt64]
  /// The numbers left out.
  package private(set) var outliers: [Int64]

  private static let limit = 0x1p38

  /// Zeros.
  package init(count: Int) {
    whole = Array(repeating: 0, count: count)
    fraction = whole
    outliers = Array(repeating: 0, count: count)
  }

  /// Sums as they were written; all three have a number for each.
  package init(whole: [UInt64], fraction: [UInt64], outliers: [Int64]) {
    (self.whole, self.fraction, self.outliers) = (whole, fraction, outliers)
  }

  /// Adds a number to one of the sums.
  package mutating func add(_ value: Double, to index: Int) {
    // Also false for NaN.
    guard value >= 0 && value < Self.limit else {
      outliers[index] += 1
      return
    }
    let units = UInt64(value)
    add(units, UInt64((value - Double(units)) * 0x1p64), to: index)
  }

  /// Adds other sums, one to each.
  package static func += (sums: inout ExactSums, others: ExactSums) {
    for index in sums.whole.indices {
      sums.add(others.whole[index], others.fraction[index], to: index)
      sums.outliers[index] += others.outliers[index]
    }
  }

  private mutating func add(_ units: UInt64, _ rest: UInt64, to index: Int) {
    let (sum, carry) = fraction[index].addingReportingOverflow(rest)
    fraction[index] = sum
    // Sums of another program may be anything: wrap, rather than stop.
    whole[index] = whole[index] &+ units &+ (carry ? 1 : 0)
  }

  /// One of the sums, NaN if anything was left out.
  package subscript(index: Int) -> Double {
    outliers[index] == 0 ? Double(whole[index]) + Double(fraction[index]) * 0x1p-64 : .nan
  }
}
