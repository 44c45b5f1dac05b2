package import Machine

/// The format of `images.tsv`: a header line, then a line per row with row, path, label (or nothing) and
/// status.
package enum ImagesFile {
  /// The header line.
  package static let header = "row\tpath\tlabel\tstatus\n"

  /// Writes the table of some rows. A reader finds either the old file or this one, complete.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` or `writeFailed`.
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
