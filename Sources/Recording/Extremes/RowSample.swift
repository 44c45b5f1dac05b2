/// Rows chosen before the first image is seen: a uniform sample of all rows, the same for every unit.
///
/// The rows are those whose hash is smallest, so the sample depends on the number of images only, and shards and resumed
/// runs take exactly the rows a single run takes.
public enum RowSample {
  /// The rows a recording takes unless told otherwise.
  public static let defaultCount = 2048

  /// The rows of a sample of `count` among `total`, ascending; all where there are not more.
  public static func rows(_ count: Int, of total: Int) -> [Int] {
    guard count < total else { return Array(0..<total) }
    guard count > 0 else { return [] }
    var smallest = [UInt64](repeating: 0, count: count)
    smallest.withUnsafeMutableBufferPointer { heap in
      guard let base = heap.baseAddress else { return }
      var kept = 0
      for row in 0..<total { SmallestKeys.offer(hash(row), to: base, count: &kept, limit: count) }
    }
    let greatest = smallest[0]
    // The hash is a bijection: no two rows share one.
    return (0..<total).filter { hash($0) <= greatest }
  }

  /// The number SplitMix64, started at 0, returns for the row's turn (Steele, Lea and Flood, 2014).
  static func hash(_ row: Int) -> UInt64 {
    var z = UInt64(truncatingIfNeeded: row + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
