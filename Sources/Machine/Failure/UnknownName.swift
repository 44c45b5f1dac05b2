/// A name nobody knows, with the nearest that somebody does.
public struct UnknownName: Error, Hashable, CustomStringConvertible {
  /// What was asked for: `model`, `layer`.
  public let kind: String
  /// The name as it was given.
  public let name: String
  /// The known names nearest to it, nearest first.
  public let nearest: [String]

  /// Creates the error, choosing the nearest of the known names.
  package init(kind: String, name: String, known: some Sequence<String>) {
    self.kind = kind
    self.name = name
    nearest = EditDistance.nearest(to: name, among: known, limit: 3)
  }

  /// One sentence for the user.
  public var description: String {
    let advice = nearest.isEmpty ? "" : "; the nearest are \(nearest.joined(separator: ", "))"
    return "there is no \(kind) named '\(name)'\(advice)"
  }
}

/// How many single-character edits lie between two names (Levenshtein).
enum EditDistance {
  /// The `limit` names of smallest distance, ties in the order given. Case is ignored.
  static func nearest(to name: String, among known: some Sequence<String>, limit: Int) -> [String] {
    let target = Array(name.lowercased().utf8.prefix(maximumLength))
    let ranked = known.enumerated().map { position, candidate in
      (candidate, between(target, Array(candidate.lowercased().utf8.prefix(maximumLength))), position)
    }
    return ranked.sorted { ($0.1, $0.2) < ($1.1, $1.2) }.prefix(limit).map(\.0)
  }

  /// The edit distance of two byte strings, by the two-row dynamic programme.
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

  /// Names are far shorter; what users paste may not be.
  private static let maximumLength = 200
}
