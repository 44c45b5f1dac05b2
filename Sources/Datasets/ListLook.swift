import Machine

/// The format of a text that is not a list of images. The first line of a list is a path, but that of this
/// text names no file.
enum ListLook {
  private static let lines: Sentence = "give lines of 'path', 'path TAB label' or 'path label'"

  /// Returns the format; `nil` if the text may be a list of files that no longer exist.
  static func of(_ text: [UInt8]) -> FileLook? {
    if let document = FileLook.document(text) {
      return FileLook(kind: document.kind, advice: document.advice ?? lines)
    }
    guard let first = UserLines(Array(text.prefix(1 << 16))).lazy.map(\.trimmed).first(where: { !$0.isEmpty })
    else { return nil }
    if first.elementsEqual(ImagesFile.header.utf8.dropLast()) {
      return FileLook(kind: "the table of a dump's images", advice: "give what its \(.images) was given")
    }
    let shown = EscapedText.escaped(first.prefix(80))
    if let quoted = quoted(first, shown) { return quoted }
    if ClassLabel(first) != nil {
      return FileLook(
        kind: "labels, one a line ('\(shown)')", advice: "give these to \(.labels), and \(.images) the images"
      )
    }
    let fields = first.split(separator: 9, omittingEmptySubsequences: false)
    if fields.count > 1 {
      let isLine = fields.count == 2 && (fields[1].trimmed.isEmpty || ClassLabel(fields[1].trimmed) != nil)
      return isLine ? nil : table("tab-separated values", shown)
    }
    guard !ImageNames.isImage(first), !ImageNames.isArchive(first) else { return nil }
    if first.contains(UInt8(ascii: ",")) { return table("comma-separated values (CSV)", shown) }
    return first.contains(UInt8(ascii: ";")) ? table("values separated by semicolons", shown) : nil
  }

  private static func table(_ kind: String, _ shown: String) -> FileLook {
    FileLook(kind: "\(kind) that begin with '\(shown)'", advice: "\(lines), without a header")
  }

  /// Returns the format of a first line in quotes: a quoted path, or a quoted field of CSV.
  private static func quoted(_ first: ArraySlice<UInt8>, _ shown: String) -> FileLook? {
    guard let quote = first.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), first.count > 2,
      first.dropFirst().contains(quote)
    else { return nil }
    if first.last != quote || first.contains(UInt8(ascii: ",")) {
      return table("comma-separated values (CSV)", shown)
    }
    return FileLook(kind: "paths in quotes ('\(shown)')", advice: "\(lines), without quotes")
  }
}
