/// The sum and the sum of squares of float32 numbers, exactly: fixed-point wide enough for every finite one.
///
/// A float32 is a whole number of units of 2⁻¹⁴⁹, its square one of 2⁻²⁹⁸. Digits of 32 bits are kept in 64, so that
/// additions need no carries; sums of the same numbers are the same whatever order they come in. (R. M. Neal, Fast Exact
/// Summation Using Small and Large Superaccumulators, 2015.)
package enum ExactMoments {
  /// The digits of a sum.
  @inlinable package static var sumDigits: Int { 9 }
  /// The digits of a sum of squares.
  @inlinable package static var squareDigits: Int { 18 }
  /// The digits of both, one behind the other: what the functions here take.
  @inlinable package static var digits: Int { sumDigits + squareDigits }
  /// The most numbers whose carries fit.
  @inlinable package static var limit: Int { 1 << 30 }

  /// Adds a finite number.
  @inlinable @inline(__always)
  package static func add(_ value: Float, to digits: UnsafeMutablePointer<Int64>) {
    let bits = value.bitPattern
    let exponent = UInt64(bits >> 23 & 0xFF)
    // Subnormals lack the leading one, and have the unit of the smallest normal numbers.
    let isNormal: UInt64 = exponent == 0 ? 0 : 1
    let significand = UInt64(bits & 0x7F_FFFF) | isNormal << 23
    let position = exponent &- isNormal

    // Nothing here overflows: a digit grows by less than 2³³ for each number.
    let magnitude = Int64(truncatingIfNeeded: significand &<< (position & 31))
    let sign = Int64(Int32(bitPattern: bits) >> 31)
    let shifted = (magnitude ^ sign) &- sign
    let sums = digits + Int(truncatingIfNeeded: position &>> 5)
    sums[0] &+= shifted & 0xFFFF_FFFF
    sums[1] &+= shifted &>> 32

    let square = significand &* significand
    let shift = position &<< 1 & 31
    let low = (square & 0xFFFF_FFFF) &<< shift
    let high = (square &>> 32) &<< shift
    let squares = digits + sumDigits + Int(truncatingIfNeeded: position &>> 4)
    squares[0] &+= Int64(truncatingIfNeeded: low & 0xFFFF_FFFF)
    squares[1] &+= Int64(truncatingIfNeeded: low &>> 32 &+ (high & 0xFFFF_FFFF))
    squares[2] &+= Int64(truncatingIfNeeded: high &>> 32)
  }

  /// Passes carries on: every digit but the last of each sum is then in 0..<2³², which is the one way to write it.
  ///
  /// The last digit wraps: sums that a file states may be anything.
  package static func normalize(_ digits: UnsafeMutablePointer<Int64>) {
    for (first, count) in [(0, sumDigits), (sumDigits, squareDigits)] {
      for place in first..<first + count - 1 {
        digits[place + 1] &+= digits[place] >> 32
        digits[place] &= 0xFFFF_FFFF
      }
    }
  }

  /// Adds other sums, both normalised.
  package static func add(_ others: UnsafePointer<Int64>, to digits: UnsafeMutablePointer<Int64>) {
    for place in 0..<self.digits { digits[place] &+= others[place] }
    normalize(digits)
  }

  /// The mean, and the mean squared difference from it, of `count` numbers: the doubles nearest to the exact ones.
  ///
  /// - Precondition: The digits are normalised, and 0 < count <= ``limit``.
  package static func meanAndVariance(
    _ digits: UnsafePointer<Int64>, count: Int
  ) -> (mean: Double, variance: Double) {
    let (sum, isNegative) = WideNumber.signed(digits: UnsafeBufferPointer(start: digits, count: sumDigits))
    let (squares, _) = WideNumber.signed(
      digits: UnsafeBufferPointer(start: digits + sumDigits, count: squareDigits))
    let count = UInt64(count)
    let mean = sum.divided(by: count, scaledBy: -149)
    // n Σx² − (Σx)², over n².
    let spread = squares.multiplied(by: WideNumber(count)).subtracting(sum.multiplied(by: sum))
    return (isNegative ? -mean : mean, spread.divided(by: count * count, scaledBy: -298))
  }
}

extension ExactMoments {
  /// The numbers of 64 bits that hold a sum, and a sum of squares, in files: two's complement, the lowest first.
  package static let sumLimbs = 5, squareLimbs = 10
  /// Both.
  package static let limbs = sumLimbs + squareLimbs

  /// What files hold of normalised digits.
  package static func limbs(_ digits: UnsafePointer<Int64>) -> (sum: [UInt64], squares: [UInt64]) {
    func pair(_ place: Int) -> UInt64 {
      UInt64(bitPattern: digits[place]) | UInt64(bitPattern: digits[place + 1]) << 32
    }
    // The last digits have more than 32 bits: of the sum all 64, of the squares' some go into a number of their own.
    let sum = (0..<4).map { pair(2 * $0) } + [UInt64(bitPattern: digits[8])]
    let last = digits[sumDigits + squareDigits - 1]
    return (sum, (0..<9).map { pair(sumDigits + 2 * $0) } + [UInt64(bitPattern: last >> 32)])
  }

  /// The digits of what a file holds.
  package static func digits(sum: [UInt64], squares: [UInt64]) -> [Int64] {
    func halves(_ limb: UInt64) -> [Int64] { [Int64(limb & 0xFFFF_FFFF), Int64(limb >> 32)] }
    var digits = sum[..<4].flatMap(halves) + [Int64(bitPattern: sum[4])]
    digits += squares[..<9].flatMap(halves)
    digits[sumDigits + squareDigits - 1] |= Int64(bitPattern: squares[9] << 32)
    return digits
  }
}
