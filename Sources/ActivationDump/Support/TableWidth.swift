import Foundation

/// The width of tables: that of the terminal or, without one, that of most screens.
enum TableWidth {
  /// The number of characters in a line where standard output is not a terminal.
  static let standard = 110

  /// The number of characters in a line of standard output.
  static var available: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return standard }
    return Int(size.ws_col)
  }

  /// Returns rows whose last column is shortened where a line would be wider than `width`; other columns are
  /// not shortened.
  static func fitted(_ lines: [[String]], to width: Int) -> [[String]] {
    guard let columns = lines.first?.count, columns > 0 else { return lines }
    let before = (0..<columns - 1).reduce(0) { sum, column in
      sum + 2 + (lines.map { $0[column].count }.max() ?? 0)
    }
    let room = max(width - before, shortest)
    return lines.map { $0.dropLast() + [shortened($0[columns - 1], to: room)] }
  }

  /// Returns text without its middle, if it is longer than `length`: the names of files differ at their ends.
  static func shortened(_ text: String, to length: Int) -> String {
    guard text.count > length else { return text }
    let tail = (length - 1) / 2
    return text.prefix(length - 1 - tail) + "…" + text.suffix(tail)
  }

  /// Returns text in lines of at most `length` characters, as far as the length of words allows.
  static func wrapped(_ text: String, to length: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, line.count + 1 + word.count <= max(length, shortest) {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  /// The minimum width of a shortened column and of a wrapped line, in characters; less would be unreadable.
  private static let shortest = 16
}
