import Statistics
import Synchronization

/// What is kept of one layer's units instead of their activations: both ends, exact moments and counts.
///
/// It is the same for the same rows, in whatever order and in however many parts they come. NaN, as in the rows of images
/// that cannot be read, is left out.
final class LayerExtremes: @unchecked Sendable {
  // Sendable: `words` is touched only by whoever holds `lock`, or by the only owner.
  /// The units.
  let units: Int
  /// The images kept from each end.
  let limit: Int

  private let lock = Mutex(())
  /// A unit's numbers together: its ends' keys, the highest as complements, then digits, then two counts.
  private let words: UnsafeMutablePointer<UInt64>
  private let stride: Int

  /// Keeps nothing yet.
  init(units: Int, limit: Int) {
    (self.units, self.limit) = (units, limit)
    stride = Self.words(limit)
    words = .allocate(capacity: max(units * stride, 1))
    words.initialize(repeating: 0, count: units * stride)
  }

  deinit { words.deallocate() }

  /// The memory a unit takes, in numbers of 64 bits.
  private static func words(_ limit: Int) -> Int { 2 * limit + ExactMoments.digits + 2 }

  /// The memory that units take, in bytes.
  static func byteCount(units: Int, limit: Int) -> Int { units * words(limit) * MemoryLayout<UInt64>.size }

  /// The memory of layers of some widths, in bytes.
  static func byteCount(_ widths: [Int], _ limit: Int) -> Int {
    widths.reduce(0) { $0 + byteCount(units: $1, limit: limit) }
  }

  /// Everything that is kept, as a run that goes on later needs it.
  ///
  /// - Precondition: Nobody else uses this object.
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

    /// The activations that were taken in.
    var count: Int {
      get { Int(truncatingIfNeeded: counts[0]) }
      nonmutating set { counts[0] = UInt64(newValue) }
    }
    /// Those that are zero or less.
    var nonPositive: Int {
      get { Int(truncatingIfNeeded: counts[1]) }
      nonmutating set { counts[1] = UInt64(newValue) }
    }
    /// How many images each end has.
    var kept: Int { min(count, limit) }

    /// The keys of the lowest, ascending.
    var lowest: [UInt64] { UnsafeBufferPointer(start: low, count: kept).sorted() }
    /// The keys of the highest, descending.
    var highest: [UInt64] { UnsafeBufferPointer(start: high, count: kept).sorted().map { ~$0 } }
  }

  /// One unit's numbers.
  ///
  /// - Precondition: Nobody else changes this object meanwhile.
  func unit(_ unit: Int) -> UnitWords { UnitWords(low: words + unit * stride, limit: limit) }

  /// Takes in the activations of consecutive rows, rows × units.
  ///
  /// - Precondition: Every row is taken in once, and there are no more than ``ExactMoments/limit``.
  func add(_ values: UnsafeBufferPointer<Float>, firstRow: Int) {
    lock.withLock { _ in
      let rows = values.count / max(units, 1)
      guard let source = values.baseAddress, rows > 0 else { return }
      // Units side by side in a cache line, so that each is read from memory once.
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
    // What a key must be below to be among the lowest, and above to be among the highest.
    var (least, most) = count < limit ? (UInt64.max, UInt64.min) : (low[0], ~high[0])
    for index in 0..<values.count {
      let value = values[index]
      if value.isNaN { continue }
      nonPositive &+= value <= 0 ? 1 : 0
      // Infinities show as the least or the greatest value; no sum can hold them.
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

  /// Takes in what was kept of other rows of a unit.
  ///
  /// - Parameters:
  ///   - low: The keys of its lowest, in any order.
  ///   - high: Those of its highest.
  ///   - digits: Its sums, normalised.
  ///   - count: The activations that were taken in.
  ///   - nonPositive: Those that are zero or less.
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

  /// What a unit did, from what is kept of it.
  ///
  /// - Precondition: Nobody else changes this object meanwhile.
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
