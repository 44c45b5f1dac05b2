/// `images.tsv`: a header line, then a line a row: row, path, label or nothing, status.
package enum ImagesTable {
  /// The first line.
  static let header = "row\tpath\tlabel\tstatus\n"

  /// Writes the table of some rows; whoever reads it finds the old one or this one, whole.
  ///
  /// - Throws: ``RecordingError``, `cannotCreate` or `writeFailed`.
  static func write(
    _ images: ImageList, _ rows: Range<Int>, _ ledger: RowLedger, to path: String
  ) throws(RecordingError) {
    let file = try TextFile(path)
    try file.append(header)
    for row in rows {
      let label = images.label(ofRow: row).map(String.init) ?? ""
      let status = ledger.status(of: row - rows.lowerBound)
      let fields = [String(row), escaped(images.path(ofRow: row)), label, escaped(status)]
      try file.append(fields.joined(separator: "\t") + "\n")
    }
    try file.commit()
  }

  /// The field that ``escaped(_:)`` made this of.
  package static func unescaped(_ field: String) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return field }
    var bytes: [UInt8] = []
    var escapes = false
    for byte in field.utf8 {
      if escapes {
        switch byte {
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "r"): bytes.append(13)
        default: bytes.append(byte)
        }
        escapes = false
      } else if byte == UInt8(ascii: "\\") {
        escapes = true
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Tabs, line ends and backslashes as `\t`, `\n`, `\r` and `\\`: names may contain them, fields may not.
  package static func escaped(_ field: String) -> String {
    guard field.utf8.contains(where: { $0 == 9 || $0 == 10 || $0 == 13 || $0 == 92 }) else { return field }
    return String(
      decoding: field.utf8.flatMap { byte -> [UInt8] in
        switch byte {
        case 9: Array("\\t".utf8)
        case 10: Array("\\n".utf8)
        case 13: Array("\\r".utf8)
        case 92: Array("\\\\".utf8)
        default: [byte]
        }
      }, as: UTF8.self)
  }
}
