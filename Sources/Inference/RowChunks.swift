extension [Range<Int>] {
  /// Cuts ranges of rows into chunks of at most so many consecutive rows, in the same order; no chunk reaches across a gap.
  package func chunks(ofAtMost count: Int) -> [Range<Int>] {
    flatMap { rows in
      stride(from: rows.lowerBound, to: rows.upperBound, by: count).map { first in
        first..<Swift.min(first + count, rows.upperBound)
      }
    }
  }
}
