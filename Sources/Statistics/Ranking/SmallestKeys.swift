/// A heap of the smallest keys, of bounded size. Its root is the greatest of them.
///
/// Complemented keys make it a heap of the greatest keys.
package enum SmallestKeys {
  /// Inserts a key into a heap that is not full.
  ///
  /// - Precondition: `heap` has room for one more than `count`.
  @inlinable package static func insert(_ key: UInt64, into heap: UnsafeMutablePointer<UInt64>, count: Int) {
    var place = count
    while place > 0 {
      let parent = (place - 1) / 2
      guard heap[parent] < key else { break }
      heap[place] = heap[parent]
      place = parent
    }
    heap[place] = key
  }

  /// Replaces the greatest key by a smaller one.
  ///
  /// - Precondition: `count` is at least 1, and the key is smaller than the root.
  @inlinable package static func replaceGreatest(
    with key: UInt64, in heap: UnsafeMutablePointer<UInt64>, count: Int
  ) {
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

  /// Inserts a key if it is among the smallest `limit`.
  @inlinable package static func offer(
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
