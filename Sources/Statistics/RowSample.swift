/// A uniform sample of rows, chosen before the first image is read and the same for every unit.
///
/// The sample has the rows with the smallest numbers in SplitMix64's sequence. It therefore depends only on
/// the number of images, and shards and resumed runs take exactly the rows of a single run.
package enum RowSample {
  /// The default number of rows.
  package static let defaultCount = 2048

  /// Returns the rows of a sample of `count` among `total`, ascending; all rows when `total` is not larger.
  package static func rows(_ count: Int, of total: Int) -> [Int] {
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
    // SplitMix64 is a bijection: no two rows have the same number.
    return (0..<total).filter { SplitMix64.number($0) <= greatest }
  }
}
