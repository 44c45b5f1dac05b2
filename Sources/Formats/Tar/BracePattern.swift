package import Machine

/// Expands names with braces, as shells and WebDataset do: `train-{000..146}.tar`, `{a,b}.tar`.
package enum BracePattern {
  /// The largest number of names. No data set has as many shards.
  private static let limit = 1_000_000

  /// Returns all names of a pattern, in order; the pattern itself if it contains nothing to expand.
  ///
  /// Numbers have the width of the longer bound if either bound begins with a zero. Of several groups, the
  /// last one varies fastest. Groups may be nested.
  ///
  /// - Throws: ``Failure`` of kind `usage` for a pattern of more than a million names.
  package static func expand(_ pattern: String) throws(Failure) -> [String] {
    try expand(Array(pattern.utf8)[...], of: pattern).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func expand(_ text: ArraySlice<UInt8>, of pattern: String) throws(Failure)
    -> [[UInt8]]
  {
    var search = text.startIndex
    while let open = text[search...].firstIndex(of: UInt8(ascii: "{")) {
      guard let group = Group(text, at: open) else {
        search = open + 1
        continue
      }
      let tails = try expand(text[(group.end + 1)...], of: pattern)
      var heads: [[UInt8]] = []
      switch group.kind {
      case .alternatives(let parts): for part in parts { heads += try expand(part, of: pattern) }
      case .numbers(let numbers): heads = numbers
      case .tooMany: throw tooMany(pattern)
      }
      guard heads.count.multipliedReportingOverflow(by: tails.count).partialValue <= limit,
        heads.count <= limit
      else { throw tooMany(pattern) }
      return heads.flatMap { head in tails.map { Array(text[..<open]) + head + $0 } }
    }
    return [Array(text)]
  }

  private static func tooMany(_ pattern: String) -> Failure {
    Failure(.usage, "'\(pattern)' stands for more than a million names")
  }

  /// The contents of a matching pair of braces.
  private struct Group {
    enum Kind {
      case alternatives([ArraySlice<UInt8>])
      case numbers([[UInt8]])
      case tooMany
    }
    let kind: Kind
    /// The index of the closing brace.
    let end: Int

    /// Parses the group at an opening brace; `nil` for literal braces, which contain no comma or range, or
    /// are never closed.
    init?(_ text: ArraySlice<UInt8>, at open: Int) {
      var depth = 0
      var parts: [ArraySlice<UInt8>] = []
      var start = open + 1
      for index in open..<text.endIndex {
        switch text[index] {
        case UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: ",") where depth == 1:
          parts.append(text[start..<index])
          start = index + 1
        case UInt8(ascii: "}"):
          depth -= 1
          guard depth == 0 else { continue }
          parts.append(text[start..<index])
          end = index
          if parts.count > 1 {
            kind = .alternatives(parts)
          } else if let range = Self.range(parts[0]) {
            kind = range
          } else {
            return nil
          }
          return
        default: break
        }
      }
      return nil
    }

    /// Parses `first..last` or `first..last..step`.
    private static func range(_ text: ArraySlice<UInt8>) -> Kind? {
      let fields = String(decoding: text, as: UTF8.self).split(
        separator: "..", omittingEmptySubsequences: false)
      guard (2...3).contains(fields.count), let first = Int(fields[0]), let last = Int(fields[1]),
        let step = fields.count == 3 ? Int(fields[2]) : 1, first.magnitude < 1 << 52, last.magnitude < 1 << 52
      else { return nil }
      let stride = max(abs(max(step, -Int.max)), 1)
      guard abs(last - first) / stride < limit else { return .tooMany }
      let isPadded = fields.prefix(2).contains {
        $0.drop { $0 == "-" }.count > 1 && $0.drop { $0 == "-" }.first == "0"
      }
      let width = isPadded ? max(fields[0].count, fields[1].count) : 0
      let numbers = Array(Swift.stride(from: first, through: last, by: first <= last ? stride : -stride))
      return .numbers(
        numbers.map { number in
          let sign = number < 0 ? "-" : ""
          return Array((sign + abs(number).padded(to: width - sign.count)).utf8)
        })
    }
  }
}
