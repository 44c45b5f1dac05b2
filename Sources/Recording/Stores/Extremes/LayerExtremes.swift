import Statistics
import Synchronization

/// The extremes of one layer's units, kept in place of their activations: both ends, exact moments and
/// counts.
///
/// The result depends only on the set of rows, not on their order or on the number of parts. NaN, as in the
/// rows of images that cannot be read, is left out.
final class LayerExtremes: @unchecked Sendable {
  // Sendable: `words` is accessed only by the holder of `lock`, or by the only owner.
  /// The number of units.
  let units: Int
  /// The maximum number of images kept at each end.
  let limit: Int

  private let lock = Mutex(())
  /// The numbers of each unit, contiguous: the keys of its low end, those of its high end as complements,
  /// then digits, then two counts.
  private let words: UnsafeMutablePointer<UInt64>
  private let stride: Int

  /// Creates extremes of no images.
  init(units: Int, limit: Int) {
    (self.units, self.limit) = (units, limit)
    stride = Self.words(limit)
    words = .allocate(capacity: max(units * stride, 1))
    words.initialize(repeating: 0, count: units * stride)
  }

  deinit { words.deallocate() }

  /// Returns the memory of a unit, in 64-bit words.
  private static func words(_ limit: Int) -> Int { 2 * limit + ExactMoments.digits + 2 }

  /// Returns the memory of units, in bytes.
  static func byteCount(units: Int, limit: Int) -> Int { units * words(limit) * MemoryLayout<UInt64>.size }

  /// Returns the memory of layers with the given numbers of units, in bytes.
  static func byteCount(_ widths: [Int], _ limit: Int) -> Int {
    widths.reduce(0) { $0 + byteCount(units: $1, limit: limit) }
  }

  /// The complete state, as a resumed run needs it.
  ///
  /// - Precondition: No other thread uses this object.
  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      UnsafeMutableBufferPointer(start: words, count: units * stride))
  }

  /// One unit's numbers.
  struct UnitWords {
    fileprivate let low: UnsafeMutablePointer<UInt64>
    fileprivate let limit: Int

    fileprivate var high: UnsafeMutablePointer<UInt64> { low + limit }
    var digits: UnsafeMutablePointer<Int64> {
      UnsafeMutableRawPointer(low + 2 * limit).assumingMemoryBound(to: Int64.self)
    }
    private var counts: UnsafeMutablePointer<UInt64> { low + 2 * limit + ExactMoments.digits }

    /// The number of activations that were added.
    var count: Int {
      get { Int(truncatingIfNeeded: counts[0]) }
      nonmutating set { counts[0] = UInt64(newValue) }
    }
    /// The number of activations that are zero or less.
    var nonPositive: Int {
      get { Int(truncatingIfNeeded: counts[1]) }
      nonmutating set { counts[1] = UInt64(newValue) }
    }
    /// The number of images at each end.
    var kept: Int { min(count, limit) }

    /// The keys of the lowest images, ascending.
    var lowest: [UInt64] { UnsafeBufferPointer(start: low, count: kept).sorted() }
    /// The keys of the highest images, descending.
    var highest: [UInt64] { UnsafeBufferPointer(start: high, count: kept).sorted().map { ~$0 } }
  }

  /// Returns one unit's numbers.
  ///
  /// - Precondition: No other thread changes this object while the result is used.
  func unit(_ unit: Int) -> UnitWords { UnitWords(low: words + unit * stride, limit: limit) }

  /// Adds the activations of consecutive rows, rows × units.
  ///
  /// - Precondition: Every row is added once, and the number of rows is at most ``ExactMoments/limit``.
  func add(_ values: UnsafeBufferPointer<Float>, firstRow: Int) {
    lock.withLock { _ in
      let rows = values.count / max(units, 1)
      guard let source = values.baseAddress, rows > 0 else { return }
      // Adjacent units share a cache line, so that each line is read from memory once.
      let width = 16
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width * rows) { tile in
        for first in Swift.stride(from: 0, to: units, by: width) {
          let columns = min(width, units - first)
          for row in 0..<rows {
            for column in 0..<columns { tile[column * rows + row] = source[row * units + first + column] }
          }
          for column in 0..<columns {
            let start = column * rows
            add(
              UnsafeBufferPointer(rebasing: tile[start..<start + rows]), firstRow: firstRow,
              to: unit(first + column))
          }
        }
      }
    }
  }

  private func add(_ values: UnsafeBufferPointer<Float>, firstRow: Int, to unit: UnitWords) {
    let (low, high, digits) = (unit.low, unit.high, unit.digits)
    var count = unit.count
    var nonPositive = 0
    // The bounds of keys: a key below `least` is among the lowest, a key above `most` among the highest.
    var (least, most) = count < limit ? (UInt64.max, UInt64.min) : (low[0], ~high[0])
    for index in 0..<values.count {
      let value = values[index]
      if value.isNaN { continue }
      nonPositive &+= value <= 0 ? 1 : 0
      // Infinities appear as the minimum or the maximum; no sum can hold them.
      if value.isFinite { ExactMoments.add(value, to: digits) }
      let key = RankKey.make(value, row: UInt32(truncatingIfNeeded: firstRow &+ index))
      if key < least || key > most {
        if count < limit {
          SmallestKeys.insert(key, into: low, count: count)
          SmallestKeys.insert(~key, into: high, count: count)
        } else {
          if key < least { SmallestKeys.replaceGreatest(with: key, in: low, count: limit) }
          if key > most { SmallestKeys.replaceGreatest(with: ~key, in: high, count: limit) }
        }
        if count &+ 1 >= limit { (least, most) = (low[0], ~high[0]) }
      }
      count &+= 1
    }
    unit.count = count
    unit.nonPositive += nonPositive
  }

  /// Adds the extremes of other rows of a unit.
  ///
  /// - Parameters:
  ///   - low: The keys of its lowest images, in any order.
  ///   - high: The keys of its highest images, in any order.
  ///   - digits: Its sums, normalised.
  ///   - count: The number of activations that were added.
  ///   - nonPositive: The number of activations that are zero or less.
  ///   - index: The unit.
  func absorb(
    low: [UInt64], high: [UInt64], digits: [Int64], count: Int, nonPositive: Int, intoUnit index: Int
  ) {
    let unit = unit(index)
    var (lowCount, highCount) = (unit.kept, unit.kept)
    for key in low { SmallestKeys.offer(key, to: unit.low, count: &lowCount, limit: limit) }
    for key in high { SmallestKeys.offer(~key, to: unit.high, count: &highCount, limit: limit) }
    ExactMoments.normalize(unit.digits)
    digits.withUnsafeBufferPointer { digits in
      if let base = digits.baseAddress, digits.count == ExactMoments.digits {
        ExactMoments.add(base, to: unit.digits)
      }
    }
    unit.count += count
    unit.nonPositive += nonPositive
  }

  /// Returns the statistics of a unit.
  ///
  /// - Precondition: No other thread changes this object during the call.
  func statistics(ofUnit index: Int) -> UnitStatistics {
    let unit = unit(index)
    ExactMoments.normalize(unit.digits)
    return UnitStatistics(
      count: unit.count, nonPositive: unit.nonPositive,
      minimum: UnsafeBufferPointer(start: unit.low, count: unit.kept).min().map(RankKey.value),
      maximum: UnsafeBufferPointer(start: unit.high, count: unit.kept).min().map { RankKey.value(~$0) },
      digits: unit.digits)
  }
}
