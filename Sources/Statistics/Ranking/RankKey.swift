/// A value and its row in one number that sorts as the value does, equal values (and both zeros) by row.
package enum RankKey {
  /// The key of a value that is not NaN.
  ///
  /// - Precondition: The row is from 0 to 2³² - 1.
  @inlinable @inline(__always)
  package static func make(_ value: Float, row: UInt32) -> UInt64 {
    let bits = value == 0 ? 0 : value.bitPattern
    // Negative numbers descend as their bits ascend.
    let ascending = bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 1 << 31)
    return UInt64(ascending) << 32 | UInt64(row)
  }

  /// The value of a key; zero has lost its sign.
  @inlinable package static func value(_ key: UInt64) -> Float {
    let ascending = UInt32(key >> 32)
    return Float(bitPattern: ascending >> 31 == 1 ? ascending & ~(1 << 31) : ~ascending)
  }

  /// The row of a key.
  @inlinable package static func row(_ key: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: key)) }
}
