/// IEEE binary16, as bits. (The compiler's own conversions are library calls for each element at the baseline target.)
package enum Half {
  /// The value of a half, exactly.
  ///
  /// Shifting the half's exponent and fraction into place leaves the exponent 112 too small; one multiplication by 2^112
  /// corrects that and normalises subnormals, without a branch.
  @inlinable
  package static func float(_ half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) << 13
    let scaled = Float(bitPattern: magnitude) * Float(bitPattern: 0x7780_0000)
    let isFinite = half & 0x7C00 != 0x7C00
    let bits = isFinite ? scaled.bitPattern : magnitude | 0x7F80_0000
    return Float(bitPattern: bits | UInt32(half & 0x8000) << 16)
  }

  /// The half nearest to a number, ties to even; infinite from 65520 on.
  @inlinable
  package static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let magnitude = bits & 0x7FFF_FFFF
    let rounded: UInt32
    if magnitude < 0x3880_0000 {
      // Subnormal: beside one half, a float's last bit is worth what a half's is here, and the addition rounds.
      rounded = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
    } else if magnitude < 0x477F_F000 {
      // 112 less in the exponent, and a carry from the thirteen bits that go.
      rounded = (magnitude &+ 0xC800_0FFF &+ (magnitude >> 13 & 1)) >> 13
    } else {
      rounded = magnitude > 0x7F80_0000 ? 0x7E00 | (magnitude >> 13 & 0x3FF) : 0x7C00
    }
    return UInt16(truncatingIfNeeded: rounded | bits >> 16 & 0x8000)
  }
}
