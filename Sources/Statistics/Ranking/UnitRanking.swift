/// A row of a dump and a unit's activation for its image.
package struct RankedImage: Sendable, Hashable {
  /// The index of the row in images.tsv.
  package let row: Int
  /// The unit's activation.
  package let value: Float

  /// Creates a ranked image.
  package init(row: Int, value: Float) { (self.row, self.value) = (row, value) }
}

/// The images of a dump in the order of one unit's activations.
///
/// The order is ascending by value; equal values (and both zeros) are ordered by row. Ranks count from 0, the
/// lowest, to ``count`` - 1, the highest. Lists from the top are the same order reversed, so an image has the
/// same rank in both directions. Skipped images, and images with a NaN activation, have no rank.
package struct UnitRanking: Sendable {
  /// The number of images that have a rank.
  package let count: Int
  /// The images of the lowest ranks and of the highest ranks, ascending. Together they hold every image when
  /// all ranks are known.
  private let low: [RankedImage], high: [RankedImage]

  /// Creates a ranking of `count` images of which only the ends may be known: `low` from rank 0, and `high`
  /// up to rank `count` - 1, both ascending.
  ///
  /// - Precondition: Neither array has more than `count` images.
  package init(count: Int, low: [RankedImage], high: [RankedImage]) {
    precondition(low.count <= count && high.count <= count, "more images than ranks")
    (self.count, self.low, self.high) = (count, low, high)
  }

  /// Whether the image of every rank is known.
  package var isComplete: Bool { low.count + high.count >= count }

  /// The image at a rank, `nil` when the image is not known.
  ///
  /// - Precondition: The rank is from 0 to ``count`` - 1.
  package subscript(rank: Int) -> RankedImage? {
    precondition((0..<count).contains(rank), "rank \(rank) of \(count)")
    if rank < low.count { return low[rank] }
    let fromTop = high.count - (count - rank)
    return fromTop >= 0 ? high[fromTop] : nil
  }

  /// Returns at most `limit` images of the lowest ranks, ascending. Unknown images are left out.
  package func lowest(_ limit: Int) -> [RankedImage] { images((0..<min(limit, count))) }

  /// Returns at most `limit` images of the highest ranks, descending. Unknown images are left out.
  package func highest(_ limit: Int) -> [RankedImage] { images((max(count - limit, 0)..<count).reversed()) }

  private func images(_ ranks: some Sequence<Int>) -> [RankedImage] {
    var found: [RankedImage] = []
    for rank in ranks {
      guard let image = self[rank] else { break }
      found.append(image)
    }
    return found
  }
}

/// Ranks the images of one unit after another in the same memory. Use one ranker per thread.
package struct ImageRanker {
  /// The keys: integers that sort by value, equal values by row.
  private var keys: [UInt64] = []
  private var scratch: [UInt64] = []

  /// Creates a ranker.
  package init() {}

  /// Returns the ranking of a unit's values, one value per row. NaN is left out.
  ///
  /// - Complexity: O(n): at most three passes of a radix sort; passes that would not move any key are
  ///   skipped.
  /// - Precondition: There are fewer than 2³² rows.
  package mutating func rank(_ values: Span<Float>) -> UnitRanking {
    sort(values)
    return UnitRanking(count: keys.count, low: keys.map(Self.image), high: [])
  }

  /// Returns the same ranking with at most `limit` images at each end.
  package mutating func ends(of values: Span<Float>, keeping limit: Int) -> UnitRanking {
    sort(values)
    return UnitRanking(
      count: keys.count, low: keys.prefix(limit).map(Self.image), high: keys.suffix(limit).map(Self.image))
  }

  private mutating func sort(_ values: Span<Float>) {
    precondition(values.count <= Int(UInt32.max), "\(values.count) rows")
    keys.removeAll(keepingCapacity: true)
    for row in values.indices where !values[row].isNaN {
      keys.append(RankKey.make(values[row], row: UInt32(row)))
    }
    if scratch.count < keys.count { scratch = [UInt64](repeating: 0, count: keys.count) }
    // Rows are already ascending, and every pass is stable.
    for shift in [32, 43, 54] { pass(shift: UInt64(shift)) }
  }

  /// Sorts by eleven bits, stably.
  private mutating func pass(shift: UInt64) {
    var starts = [Int](repeating: 0, count: 2048)
    for key in keys { starts[Int(key >> shift & 2047)] += 1 }
    // All keys have the same digit: nothing would move.
    if starts.contains(keys.count) { return }
    var sum = 0
    for digit in starts.indices { (starts[digit], sum) = (sum, sum + starts[digit]) }
    for key in keys {
      let digit = Int(key >> shift & 2047)
      scratch[starts[digit]] = key
      starts[digit] += 1
    }
    for place in keys.indices { keys[place] = scratch[place] }
  }

  private static func image(_ key: UInt64) -> RankedImage {
    RankedImage(row: RankKey.row(key), value: RankKey.value(key))
  }
}
