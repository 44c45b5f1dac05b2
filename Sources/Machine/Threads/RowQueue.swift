import Synchronization

/// Rows to do, handed out in order a chunk at a time.
package final class RowQueue: Sendable {
  private let ranges: Mutex<ArraySlice<Range<Int>>>

  /// Queues some ranges of rows, in ascending order.
  package init(_ ranges: [Range<Int>]) { self.ranges = Mutex(ranges.filter { !$0.isEmpty }[...]) }

  /// The next rows that nobody else has, consecutive and at most `count`; `nil` when there are none left.
  package func next(atMost count: Int) -> Range<Int>? {
    ranges.withLock { ranges in
      guard let first = ranges.first else { return nil }
      let end = min(first.lowerBound + count, first.upperBound)
      if end == first.upperBound {
        ranges.removeFirst()
      } else {
        ranges[ranges.startIndex] = end..<first.upperBound
      }
      return first.lowerBound..<end
    }
  }
}
