import Foundation

/// How wide tables are: as wide as the terminal or, where there is none, as wide as most screens.
enum TableWidth {
  /// Characters in a line where standard output is no terminal.
  static let standard = 110

  /// Characters in a line of standard output.
  static var available: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return standard }
    return Int(size.ws_col)
  }

  /// Rows whose last column is shortened where a line would be wider than `width`; other columns stay whole.
  static func fitted(_ lines: [[String]], to width: Int) -> [[String]] {
    guard let columns = lines.first?.count, columns > 0 else { return lines }
    let before = (0..<columns - 1).reduce(0) { sum, column in
      sum + 2 + (lines.map { $0[column].count }.max() ?? 0)
    }
    let room = max(width - before, shortest)
    return lines.map { $0.dropLast() + [shortened($0[columns - 1], to: room)] }
  }

  /// Text without its middle, where it is longer than `length`: names of files differ at their ends.
  static func shortened(_ text: String, to length: Int) -> String {
    guard text.count > length else { return text }
    let tail = (length - 1) / 2
    return text.prefix(length - 1 - tail) + "…" + text.suffix(tail)
  }

  /// Text in lines of at most `length` characters, as far as words allow.
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

  /// Fewer characters than this say nothing.
  private static let shortest = 16
}
