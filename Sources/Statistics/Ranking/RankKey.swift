/// An integer that encodes a value and its row. Keys sort by value; equal values (and both zeros) sort by
/// row.
package enum RankKey {
  /// Returns the key of a value that is not NaN.
  ///
  /// - Precondition: The row is from 0 to 2³² - 1.
  @inlinable @inline(__always)
  package static func make(_ value: Float, row: UInt32) -> UInt64 {
    let bits = value == 0 ? 0 : value.bitPattern
    // Larger bits mean smaller numbers when the sign is negative.
    let ascending = bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 1 << 31)
    return UInt64(ascending) << 32 | UInt64(row)
  }

  /// Returns the value of a key. The sign of zero is lost.
  @inlinable package static func value(_ key: UInt64) -> Float {
    let ascending = UInt32(key >> 32)
    return Float(bitPattern: ascending >> 31 == 1 ? ascending & ~(1 << 31) : ~ascending)
  }

  /// Returns the row of a key.
  @inlinable package static func row(_ key: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: key)) }
}
