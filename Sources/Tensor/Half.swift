/// Conversions of IEEE binary16, stored as bits. (At the baseline target, the compiler's own conversions call
/// a library function per element.)
package enum Half {
  /// Converts a half to the Float of the same value.
  ///
  /// The half's exponent and fraction are shifted into place, which leaves the exponent 112 too small. A
  /// multiplication by 2^112 corrects the exponent and normalises subnormal numbers, without a branch.
  @inlinable
  package static func float(_ half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) << 13
    let scaled = Float(bitPattern: magnitude) * Float(bitPattern: 0x7780_0000)
    let isFinite = half & 0x7C00 != 0x7C00
    let bits = isFinite ? scaled.bitPattern : magnitude | 0x7F80_0000
    return Float(bitPattern: bits | UInt32(half & 0x8000) << 16)
  }

  /// Converts a number to the nearest half, ties to even. Numbers from 65520 on become infinite.
  @inlinable
  package static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let magnitude = bits & 0x7FFF_FFFF
    let rounded: UInt32
    if magnitude < 0x3880_0000 {
      // Subnormal halves: a Float near 0.5 has the same last bit as a subnormal half, so the addition of 0.5
      // rounds.
      rounded = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
    } else if magnitude < 0x477F_F000 {
      // The exponent decreases by 112. The rounding adds a carry from the thirteen bits that are removed.
      rounded = (magnitude &+ 0xC800_0FFF &+ (magnitude >> 13 & 1)) >> 13
    } else {
      rounded = magnitude > 0x7F80_0000 ? 0x7E00 | (magnitude >> 13 & 0x3FF) : 0x7C00
    }
    return UInt16(truncatingIfNeeded: rounded | bits >> 16 & 0x8000)
  }
}
