/// A value and its row in one number that sorts as the value does, equal values (and both zeros) by row.
enum RankKey {
  /// The key of a value that is not NaN.
  ///
  /// - Precondition: The row is from 0 to 2³² - 1.
  @inline(__always)
  static func make(_ value: Float, row: UInt32) -> UInt64 {
    let bits = value == 0 ? 0 : value.bitPattern
    // Negative numbers descend as their bits ascend.
    let ascending = bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 1 << 31)
    return UInt64(ascending) << 32 | UInt64(row)
  }

  /// The value of a key; zero has lost its sign.
  static func value(_ key: UInt64) -> Float {
    let ascending = UInt32(key >> 32)
    return Float(bitPattern: ascending >> 31 == 1 ? ascending & ~(1 << 31) : ~ascending)
  }

  /// The row of a key.
  static func row(_ key: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: key)) }
}

/// The smallest of many keys, at most so many, as a heap whose root is the greatest of them.
///
/// Offered complements, it keeps the greatest.
enum SmallestKeys {
  /// Takes in a key while there is room.
  ///
  /// - Precondition: `heap` has room for one more than `count`.
  static func insert(_ key: UInt64, into heap: UnsafeMutablePointer<UInt64>, count: Int) {
    var place = count
    while place > 0 {
      let parent = (place - 1) / 2
      guard heap[parent] < key else { break }
      heap[place] = heap[parent]
      place = parent
    }
    heap[place] = key
  }

  /// Puts a smaller key in the place of the greatest.
  ///
  /// - Precondition: `count` is at least 1, and the key is smaller than the root.
  static func replaceGreatest(with key: UInt64, in heap: UnsafeMutablePointer<UInt64>, count: Int) {
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < count else { break }
      if child + 1 < count, heap[child + 1] > heap[child] { child += 1 }
      guard heap[child] > key else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = key
  }

  /// Takes in a key if it is among the smallest `limit`.
  static func offer(
    _ key: UInt64, to heap: UnsafeMutablePointer<UInt64>, count: inout Int, limit: Int
  ) {
    if count < limit {
      insert(key, into: heap, count: count)
      count += 1
    } else if key < heap[0] {
      replaceGreatest(with: key, in: heap, count: count)
    }
  }
}
