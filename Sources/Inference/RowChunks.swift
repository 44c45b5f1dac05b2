extension [Range<Int>] {
  /// Splits ranges of rows into chunks of at most `count` consecutive rows, in the same order. No chunk spans
  /// a gap.
  package func chunks(ofAtMost count: Int) -> [Range<Int>] {
    flatMap { rows in
      stride(from: rows.lowerBound, to: rows.upperBound, by: count).map { first in
        first..<Swift.min(first + count, rows.upperBound)
      }
    }
  }
}
