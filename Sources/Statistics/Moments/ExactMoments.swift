/// The exact sum and sum of squares of float32 numbers, in fixed point wide enough for every finite number.
///
/// A float32 is an integer multiple of 2⁻¹⁴⁹, its square an integer multiple of 2⁻²⁹⁸. Digits of 32 bits are
/// stored in 64 bits, so additions need no carries. Sums of the same numbers do not depend on the order of
/// addition. (R. M. Neal, Fast Exact Summation Using Small and Large Superaccumulators, 2015.)
package enum ExactMoments {
  /// The number of digits of a sum.
  @inlinable package static var sumDigits: Int { 9 }
  /// The number of digits of a sum of squares.
  @inlinable package static var squareDigits: Int { 18 }
  /// The number of digits of both sums. The functions here take the sum's digits followed by those of the sum
  /// of squares.
  @inlinable package static var digits: Int { sumDigits + squareDigits }
  /// The largest number of addends for which the digits cannot overflow.
  @inlinable package static var limit: Int { 1 << 30 }

  /// Adds a finite number.
  @inlinable @inline(__always)
  package static func add(_ value: Float, to digits: UnsafeMutablePointer<Int64>) {
    let bits = value.bitPattern
    let exponent = UInt64(bits >> 23 & 0xFF)
    // Subnormal numbers have no implicit leading bit, and have the unit of the smallest normal numbers.
    let isNormal: UInt64 = exponent == 0 ? 0 : 1
    let significand = UInt64(bits & 0x7F_FFFF) | isNormal << 23
    let position = exponent &- isNormal

    // No overflow is possible: each addend increases a digit by less than 2³³.
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

  /// Propagates carries. Every digit of each sum except the last is then in 0..<2³², so the representation is
  /// unique.
  ///
  /// The last digit wraps around, because a file may contain any sums.
  package static func normalize(_ digits: UnsafeMutablePointer<Int64>) {
    for (first, count) in [(0, sumDigits), (sumDigits, squareDigits)] {
      for place in first..<first + count - 1 {
        digits[place + 1] &+= digits[place] >> 32
        digits[place] &= 0xFFFF_FFFF
      }
    }
  }

  /// Adds other sums. Both operands are normalised.
  package static func add(_ others: UnsafePointer<Int64>, to digits: UnsafeMutablePointer<Int64>) {
    for place in 0..<self.digits { digits[place] &+= others[place] }
    normalize(digits)
  }

  /// Returns the mean and the population variance of `count` numbers, each rounded to the nearest double.
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
    // The variance is (n Σx² − (Σx)²) / n².
    let spread = squares.multiplied(by: WideNumber(count)).subtracting(sum.multiplied(by: sum))
    return (isNegative ? -mean : mean, spread.divided(by: count * count, scaledBy: -298))
  }
}

extension ExactMoments {
  /// The number of 64-bit words of a sum and of a sum of squares in files: two's complement, least
  /// significant first.
  package static let sumLimbs = 5, squareLimbs = 10
  /// The number of words of both sums.
  package static let limbs = sumLimbs + squareLimbs

  /// Converts normalised digits to the words stored in files.
  package static func limbs(_ digits: UnsafePointer<Int64>) -> (sum: [UInt64], squares: [UInt64]) {
    func pair(_ place: Int) -> UInt64 {
      UInt64(bitPattern: digits[place]) | UInt64(bitPattern: digits[place + 1]) << 32
    }
    // The last digits have more than 32 bits. All 64 bits of the sum's last digit fill one word; the upper
    // bits of the squares' last digit need a word of their own.
    let sum = (0..<4).map { pair(2 * $0) } + [UInt64(bitPattern: digits[8])]
    let last = digits[sumDigits + squareDigits - 1]
    return (sum, (0..<9).map { pair(sumDigits + 2 * $0) } + [UInt64(bitPattern: last >> 32)])
  }

  /// Converts the words stored in a file to digits.
  package static func digits(sum: [UInt64], squares: [UInt64]) -> [Int64] {
    func halves(_ limb: UInt64) -> [Int64] { [Int64(limb & 0xFFFF_FFFF), Int64(limb >> 32)] }
    var digits = sum[..<4].flatMap(halves) + [Int64(bitPattern: sum[4])]
    digits += squares[..<9].flatMap(halves)
    digits[sumDigits + squareDigits - 1] |= Int64(bitPattern: squares[9] << 32)
    return digits
  }
}
