/// Rows in columns, as wide as their widest cell, with two spaces between.
package enum TextTable {
  /// The lines of a table, without spaces at their ends.
  ///
  /// - Parameters:
  ///   - rows: The cells of each line, the header's among them: as many in every line.
  ///   - right: The columns whose cells end together, as numbers do.
  /// - Returns: A line for each row.
  package static func lines(_ rows: [[String]], right: Set<Int> = []) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return right.contains(column) ? padding + row[column] : row[column] + padding
      }
      let text = cells.joined(separator: "  ")
      return String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
    }
  }
}
