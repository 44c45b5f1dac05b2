/// Rows chosen before the first image is seen: a uniform sample of all rows, the same for every unit.
///
/// The rows are those whose number in SplitMix64's sequence is smallest, so the sample depends on the number of images only, and shards and resumed
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
      for row in 0..<total {
        SmallestKeys.offer(SplitMix64.number(row), to: base, count: &kept, limit: count)
      }
    }
    let greatest = smallest[0]
    // SplitMix64 is a bijection: no two rows share a number.
    return (0..<total).filter { SplitMix64.number($0) <= greatest }
  }
}
