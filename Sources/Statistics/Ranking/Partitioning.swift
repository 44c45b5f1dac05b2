extension RandomAccessCollection {
  /// The first place in a partitioned collection whose element belongs to the second part; the end where none does.
  ///
  /// - Parameter belongsInSecond: Whether an element does: false for all of the first part, true for all of the second.
  /// - Returns: The place, found by halving.
  package func partitioningIndex(where belongsInSecond: (Element) throws -> Bool) rethrows -> Index {
    var (low, count) = (startIndex, self.count)
    while count > 0 {
      let half = count / 2
      let middle = index(low, offsetBy: half)
      if try belongsInSecond(self[middle]) {
        count = half
      } else {
        (low, count) = (index(after: middle), count - half - 1)
      }
    }
    return low
  }
}
