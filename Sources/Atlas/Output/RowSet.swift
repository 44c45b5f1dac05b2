/// A set of rows of a recording, stored as one bit per row.
struct RowSet: Sendable {
  private var words: [UInt64]

  /// Creates an empty set of the rows `0..<count`.
  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  /// Adds a row.
  mutating func insert(_ row: Int) { words[row / 64] |= 1 << UInt64(row % 64) }

  /// Adds the rows of another set over the same recording.
  mutating func formUnion(_ other: RowSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Returns whether the set contains a row.
  func contains(_ row: Int) -> Bool { words[row / 64] >> UInt64(row % 64) & 1 == 1 }

  /// The number of rows.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The rows, ascending.
  var rows: [Int] {
    var rows: [Int] = []
    for (index, word) in words.enumerated() where word != 0 {
      for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 { rows.append(64 * index + bit) }
    }
    return rows
  }

  /// The runs of rows in the set, each as its first and its last row, in the form that a page reads.
  var ranges: [[Int]] {
    var ranges: [[Int]] = []
    for row in rows {
      if let last = ranges.last, last[1] == row - 1 {
        ranges[ranges.count - 1][1] = row
      } else {
        ranges.append([row, row])
      }
    }
    return ranges
  }
}
