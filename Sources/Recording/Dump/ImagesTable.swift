/// `images.tsv`: a header line, then a line a row: row, path, label or nothing, status.
package enum ImagesTable {
  /// Writes the table; whoever reads it finds the old one or this one, whole.
  ///
  /// - Throws: ``RecordingError``, `cannotCreate` or `writeFailed`.
  static func write(_ images: ImageList, _ ledger: RowLedger, to path: String) throws(RecordingError) {
    let file = try TextFile(path)
    try file.append("row\tpath\tlabel\tstatus\n")
    for row in 0..<images.count {
      let label = images.label(ofRow: row).map(String.init) ?? ""
      let fields = [String(row), escaped(images.path(ofRow: row)), label, escaped(ledger.status(of: row))]
      try file.append(fields.joined(separator: "\t") + "\n")
    }
    try file.commit()
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
