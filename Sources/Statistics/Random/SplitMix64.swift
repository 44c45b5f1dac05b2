/// Steele, Lea and Flood's SplitMix64 (2014): a counter and a bijection of 64 bits, so that any number of its sequence is
/// found without those before.
package enum SplitMix64 {
  /// What the counter grows by: 2⁶⁴ over the golden ratio.
  @inlinable package static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  /// The number that a counter gives.
  @inlinable @inline(__always)
  package static func mix(_ counter: UInt64) -> UInt64 {
    var z = counter
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The number of a generator started at 0, counted from 0.
  @inlinable
  package static func number(_ index: Int) -> UInt64 {
    mix(UInt64(truncatingIfNeeded: index + 1) &* increment)
  }
}
