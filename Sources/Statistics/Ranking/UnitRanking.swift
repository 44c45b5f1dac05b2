/// A row of a dump and what a unit does there.
public struct RankedImage: Sendable, Hashable {
  /// The row of images.tsv.
  public let row: Int
  /// The unit's activation.
  public let value: Float

  /// Creates one.
  public init(row: Int, value: Float) { (self.row, self.value) = (row, value) }
}

/// The images of a dump in the order of one unit's activations.
///
/// There is one order: ascending by value, equal values (and both zeros) by row. Ranks count from the lowest, 0, to the
/// highest, ``count`` - 1, and lists from the top read the same order backwards, so that an image has one rank whichever
/// side it is looked at from. Images that were skipped, and activations that are NaN, have none.
public struct UnitRanking: Sendable {
  /// The images that have a rank.
  public let count: Int
  /// Those of the lowest ranks, and of the highest, ascending; every image is in one of them where all ranks are known.
  private let low: [RankedImage], high: [RankedImage]

  /// A ranking of `count` images of which only the ends may be known: `low` from rank 0, and `high` up to rank
  /// `count` - 1, both ascending.
  ///
  /// - Precondition: Neither has more than `count` images.
  package init(count: Int, low: [RankedImage], high: [RankedImage]) {
    precondition(low.count <= count && high.count <= count, "more images than ranks")
    (self.count, self.low, self.high) = (count, low, high)
  }

  /// Whether the image of every rank is known.
  public var isComplete: Bool { low.count + high.count >= count }

  /// The image at a rank, `nil` where it is not known.
  ///
  /// - Precondition: The rank is from 0 to ``count`` - 1.
  public subscript(rank: Int) -> RankedImage? {
    precondition((0..<count).contains(rank), "rank \(rank) of \(count)")
    if rank < low.count { return low[rank] }
    let fromTop = high.count - (count - rank)
    return fromTop >= 0 ? high[fromTop] : nil
  }

  /// The lowest images, ascending: as many as asked for, known and there.
  public func lowest(_ limit: Int) -> [RankedImage] { images((0..<min(limit, count))) }

  /// The highest images, descending: as many as asked for, known and there.
  public func highest(_ limit: Int) -> [RankedImage] { images((max(count - limit, 0)..<count).reversed()) }

  private func images(_ ranks: some Sequence<Int>) -> [RankedImage] {
    var found: [RankedImage] = []
    for rank in ranks {
      guard let image = self[rank] else { break }
      found.append(image)
    }
    return found
  }
}

/// Ranks the images of one unit after another. One a worker: its memory is reused.
public struct ImageRanker {
  /// A value and its row in one number that sorts as the value does, equal values by row.
  private var keys: [UInt64] = []
  private var scratch: [UInt64] = []

  /// Creates one.
  public init() {}

  /// The ranking of a unit's values, one a row; NaN is left out.
  ///
  /// - Complexity: O(n): three passes of a radix sort, of which those that would move nothing are left out.
  /// - Precondition: There are fewer than 2³² rows.
  public mutating func rank(_ values: Span<Float>) -> UnitRanking {
    sort(values)
    return UnitRanking(count: keys.count, low: keys.map(Self.image), high: [])
  }

  /// The same, of which only so many images from each end are kept.
  public mutating func ends(of values: Span<Float>, keeping limit: Int) -> UnitRanking {
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
    // Rows ascend already, and every pass keeps the order of equal digits.
    for shift in [32, 43, 54] { pass(shift: UInt64(shift)) }
  }

  /// Sorts by eleven bits.
  private mutating func pass(shift: UInt64) {
    var starts = [Int](repeating: 0, count: 2048)
    for key in keys { starts[Int(key >> shift & 2047)] += 1 }
    // All in one place, as where values are few: nothing would move.
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
