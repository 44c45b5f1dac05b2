import Foundation
import Recording
import Tensor

/// What the program prints: results to standard output, everything else to standard error.
enum Console {
  /// Prints a line of results.
  static func result(_ line: String) {
    FileHandle.standardOutput.write(Data(PathText.bytes(of: line + "\n")))
  }

  /// Prints a document of results.
  ///
  /// - Throws: What the encoding throws.
  static func result(json body: some Encodable) throws {
    FileHandle.standardOutput.write(try document(body))
  }

  /// A document of results, with its format's number.
  ///
  /// - Throws: What the encoding throws.
  static func document(_ body: some Encodable) throws -> Data { try JSON.encode(Document(body: body)) }

  /// Prints text that ends a line, or writes it into a file, which appears whole.
  ///
  /// - Throws: ``RecordingError``, `cannotCreate` or `writeFailed`.
  static func write(_ text: String, to path: String?) throws {
    guard let path else { return FileHandle.standardOutput.write(Data(text.utf8)) }
    let file = try TextFile(path)
    try file.append(text)
    try file.commit()
  }

  /// Tells the user something that is not a result.
  static func note(_ line: String) {
    FileHandle.standardError.write(Data((PathText.shown(line) + "\n").utf8))
  }

  /// Whether standard error is a terminal that can redraw a line.
  static var isInteractive: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether colours are welcome: https://no-color.org.
  static var usesColor: Bool { (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty }

  /// Prints rows in columns, numbers to the right.
  static func table(_ header: [String], _ rows: [[String]], right: Set<Int> = []) {
    let lines = [header] + rows
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    for line in lines {
      let cells = line.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - line[column].count)
        return right.contains(column) ? padding + line[column] : line[column] + padding
      }
      result(cells.joined(separator: "  ").replacing(/\ +$/, with: ""))
    }
  }
}

/// A document with its format's number.
private struct Document<Body: Encodable>: Encodable {
  let body: Body

  enum CodingKeys: CodingKey { case schema }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(1, forKey: .schema)
    try body.encode(to: encoder)
  }
}

/// The version of the program.
enum Version {
  static let text = toolVersion
}

extension Int {
  /// With commas between thousands.
  package var grouped: String {
    var digits = Array(String(magnitude).reversed())
    for position in stride(from: 3, to: digits.count, by: 3).reversed() { digits.insert(",", at: position) }
    return (self < 0 ? "-" : "") + String(digits.reversed())
  }

  /// As a size with three digits: `4.86 GB`.
  package var asBytes: String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
    var (value, unit) = (Double(self), 0)
    while value >= 1000 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0
      ? "\(self) bytes" : String(format: value < 10 ? "%.2f %@" : "%.1f %@", value, units[unit])
  }
}
