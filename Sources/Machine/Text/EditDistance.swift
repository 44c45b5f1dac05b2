/// The number of single-character edits between two names (Levenshtein distance).
enum EditDistance {
  /// Returns the `limit` names of smallest distance, ties in the order given. Case is ignored.
  static func nearest(to name: String, among known: some Sequence<String>, limit: Int) -> [String] {
    let target = Array(name.lowercased().utf8.prefix(maximumLength))
    let ranked = known.enumerated().map { position, candidate in
      (candidate, between(target, Array(candidate.lowercased().utf8.prefix(maximumLength))), position)
    }
    return ranked.sorted { ($0.1, $0.2) < ($1.1, $1.2) }.prefix(limit).map(\.0)
  }

  /// Returns the edit distance of two byte strings, by dynamic programming over two rows.
  static func between(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var previous = Array(0...b.count)
    var current = previous
    for (row, byte) in a.enumerated() {
      current[0] = row + 1
      for (column, other) in b.enumerated() {
        let substitution = previous[column] + (byte == other ? 0 : 1)
        current[column + 1] = min(substitution, previous[column + 1] + 1, current[column] + 1)
      }
      swap(&previous, &current)
    }
    return previous[b.count]
  }

  /// The longest name to compare. Names are far shorter, but pasted text may be longer.
  private static let maximumLength = 200
}
