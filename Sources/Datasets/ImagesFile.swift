package import Machine

/// `images.tsv`: a header line, then a line a row: row, path, label or nothing, status.
package enum ImagesFile {
  /// The first line.
  package static let header = "row\tpath\tlabel\tstatus\n"

  /// Writes the table of some rows; whoever reads it finds the old one or this one, whole.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package static func write(
    _ images: ImageList, _ rows: Range<Int>, status: (Int) -> String, to path: String
  ) throws(Failure) {
    let file = try TextFile(path)
    try file.append(header)
    for row in rows {
      let label = images.label(ofRow: row).map(String.init) ?? ""
      let status = status(row - rows.lowerBound)
      let fields = [
        String(row), EscapedText.escaped(images.bytes(ofRow: row)), label, EscapedText.escaped(status),
      ]
      try file.append(fields.joined(separator: "\t") + "\n")
    }
    try file.commit()
  }
}
