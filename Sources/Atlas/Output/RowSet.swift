/// Some of the rows of a recording, a bit each.
struct RowSet: Sendable {
  private var words: [UInt64]

  /// None of the rows `0..<count`.
  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  /// Adds a row.
  mutating func insert(_ row: Int) { words[row / 64] |= 1 << UInt64(row % 64) }

  /// Adds the rows of another set over the same recording.
  mutating func formUnion(_ other: RowSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Whether a row is in it.
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

  /// Runs of rows that are in it, each the first and the last one, as a page reads them.
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
