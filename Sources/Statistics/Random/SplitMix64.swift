/// Steele, Lea and Flood's SplitMix64 (2014): a counter followed by a bijection of 64 bits. Each number of
/// the sequence can be computed without the previous ones.
package enum SplitMix64 {
  /// The increment of the counter: 2⁶⁴ divided by the golden ratio.
  @inlinable package static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  /// Returns the number for a counter.
  @inlinable @inline(__always)
  package static func mix(_ counter: UInt64) -> UInt64 {
    var z = counter
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Returns the number with an index, from 0, in the sequence of a generator seeded with 0.
  @inlinable
  package static func number(_ index: Int) -> UInt64 {
    mix(UInt64(truncatingIfNeeded: index + 1) &* increment)
  }
}
