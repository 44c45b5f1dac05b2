/// An unsigned big integer with the operations that exact means and variances need.
struct WideNumber: Equatable {
  /// The digits of 32 bits, least significant first.
  private var digits: [UInt32]

  init(_ value: UInt64) { digits = [UInt32(truncatingIfNeeded: value), UInt32(value >> 32)] }
  private init(digits: [UInt32]) { self.digits = digits }

  /// Returns the magnitude and sign of a number whose last digit is signed and whose other digits are in
  /// 0..<2³².
  static func signed(digits: UnsafeBufferPointer<Int64>) -> (magnitude: WideNumber, isNegative: Bool) {
    var words = [UInt32](repeating: 0, count: digits.count + 1)
    let isNegative = (digits.last ?? 0) < 0
    var carry: UInt64 = isNegative ? 1 : 0
    for index in words.indices {
      // The last digit has 64 bits and is sign-extended.
      let word =
        index < digits.count
        ? UInt32(truncatingIfNeeded: digits[index]) : UInt32(truncatingIfNeeded: (digits.last ?? 0) >> 32)
      carry += UInt64(isNegative ? ~word : word)
      words[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    return (WideNumber(digits: words), isNegative)
  }

  func multiplied(by other: WideNumber) -> WideNumber {
    var product = [UInt32](repeating: 0, count: digits.count + other.digits.count)
    for (place, digit) in digits.enumerated() where digit != 0 {
      var carry: UInt64 = 0
      for (index, factor) in other.digits.enumerated() {
        carry += UInt64(digit) * UInt64(factor) + UInt64(product[place + index])
        product[place + index] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      product[place + other.digits.count] = UInt32(truncatingIfNeeded: carry)
    }
    return WideNumber(digits: product)
  }

  /// Returns the difference, zero when `other` is greater.
  func subtracting(_ other: WideNumber) -> WideNumber {
    var difference = [UInt32](repeating: 0, count: max(digits.count, other.digits.count))
    var borrow: Int64 = 0
    for index in difference.indices {
      let digit = Int64(index < digits.count ? digits[index] : 0)
      let subtrahend = Int64(index < other.digits.count ? other.digits[index] : 0)
      borrow += digit - subtrahend
      difference[index] = UInt32(truncatingIfNeeded: borrow)
      borrow >>= 32
    }
    return borrow < 0 ? WideNumber(0) : WideNumber(digits: difference)
  }

  /// Returns the double nearest to `self · 2^scale / divisor`, ties to even.
  ///
  /// - Precondition: The divisor is not 0, and the result is a normal number, or 0.
  func divided(by divisor: UInt64, scaledBy scale: Int) -> Double {
    // Four more digits below the point give at least 64 bits of quotient for any divisor.
    var quotient = [UInt32](repeating: 0, count: 4) + digits
    var remainder: UInt64 = 0
    for index in quotient.indices.reversed() {
      let high = remainder >> 32
      let low = remainder << 32 | UInt64(quotient[index])
      let (digit, rest) = divisor.dividingFullWidth((high, low))
      (quotient[index], remainder) = (UInt32(truncatingIfNeeded: digit), rest)
    }
    guard let top = quotient.lastIndex(where: { $0 != 0 }) else { return 0 }
    // The highest 65 to 96 bits of the quotient are truncated to 64. `isInexact` tells whether any lower bit
    // is set.
    let width = 32 - quotient[top].leadingZeroBitCount
    func digit(_ place: Int) -> UInt64 { place >= 0 ? UInt64(quotient[place]) : 0 }
    let bits =
      digit(top) << UInt64(64 - width) | digit(top - 1) << UInt64(32 - width) | digit(top - 2)
      >> UInt64(width)
    let cut = width == 32 ? digit(top - 2) : digit(top - 2) & (1 << UInt64(width) - 1)
    let isInexact = cut != 0 || remainder != 0 || quotient[..<max(top - 2, 0)].contains { $0 != 0 }
    // The last bit is a sticky bit for all lower bits, so the conversion to Double rounds correctly.
    let value = Double(isInexact ? bits | 1 : bits)
    return Double(sign: .plus, exponent: 32 * (top - 4) + width - 64 + scale, significand: value)
  }
}
