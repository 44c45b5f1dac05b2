/// Aligned columns of text. Each column is as wide as its widest cell, with two spaces between columns.
package enum TextTable {
  /// Returns the lines of a table, without trailing spaces.
  ///
  /// - Parameters:
  ///   - rows: The cells of each line, including the header. Every line has the same number of cells.
  ///   - right: The columns that are aligned to the right, for numbers.
  /// - Returns: One line for each row.
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
