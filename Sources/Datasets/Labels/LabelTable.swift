import Machine

/// A table of names and labels. Two columns are separated by a tab, a comma, a semicolon or spaces; fields
/// between commas or semicolons may be quoted. A table with more columns needs a header that names the
/// columns of the image and of its label.
struct LabelTable {
  private let text: UserText

  init(_ text: UserText) { self.text = text }

  private typealias Record = CSVRecords.Record
  private static let nameColumns = [
    "imageid", "image_id", "image", "path", "file", "filename", "file_name", "filepath", "file_path",
    "image_path",
    "img", "img_path", "name", "id",
  ]
  private static let labelColumns = [
    "predictionstring", "label", "class", "class_id", "class_index", "class_idx", "index", "target", "synset",
    "wnid",
    "label_index", "label_idx", "category", "y",
  ]

  /// Returns the label of each name, and the meaning of the labels.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  func read() throws(Failure) -> ([[UInt8]: Int32], ImageList.Labels) {
    for separator in [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: " ")] {
      if let columns = columns(separatedBy: separator) { return try read(separator, columns) }
    }
    let first = text.lines.lazy.map(\.trimmed).first { !$0.isEmpty } ?? []
    throw Failure(
      .badData,
      "line 1 of \(text.name) is not a name and a class index or synset: '\(EscapedText.escaped(first.prefix(80)))'"
    )
  }

  /// The columns of names and labels, and whether the table has a header.
  private struct Columns {
    var name = 0, label = 1
    var hasHeader = false

    /// Whether the table consists of these two columns, without a header.
    var isPlain: Bool { name == 0 && label == 1 && !hasHeader }
  }

  /// Returns the columns, judged by the first records; `nil` if the separator does not fit.
  private func columns(separatedBy separator: UInt8) -> Columns? {
    let records = records(separator)
    guard let first = records.next(), first.fields.count > 1 else { return nil }
    if first.fields.count == 2, Self.label(first.fields[1]) != nil { return Columns() }
    guard separator != 32 else { return nil }
    let header = first.fields.map { String(decoding: $0[...].trimmed, as: UTF8.self).lowercased() }
    let name = Self.nameColumns.lazy.compactMap { header.firstIndex(of: $0) }.first
    let label = Self.labelColumns.lazy.compactMap { header.firstIndex(of: $0) }.first { $0 != name }
    if let label, let name = name ?? (header.count == 2 ? 1 - label : nil) {
      return Columns(name: name, label: label, hasHeader: true)
    }
    // A header with two other names is accepted if labels follow below it.
    guard first.fields.count == 2, !header[1].utf8.contains(where: { (48...57).contains($0) }),
      let second = records.next(),
      second.fields.count == 2, Self.label(second.fields[1]) != nil
    else { return nil }
    return Columns(hasHeader: true)
  }

  private func read(
    _ separator: UInt8, _ columns: Columns
  ) throws(Failure) -> ([[UInt8]: Int32], ImageList.Labels) {
    var labels: [[UInt8]: Int32] = [:]
    var kinds = LabelKinds()
    var isFirst = true
    for record in records(separator) {
      if isFirst, columns.hasHeader {
        isFirst = false
        continue
      }
      isFirst = false
      guard record.fields.count > max(columns.name, columns.label),
        !columns.isPlain || record.fields.count == 2
      else { throw unlike(record, "is not a name and a label") }
      let written = record.fields[columns.label]
      guard let label = Self.label(written) else {
        throw unlike(
          record,
          "has '\(EscapedText.escaped(written[...]))' where a class index or a synset of ImageNet should be")
      }
      try kinds.note(label, line: record.line, of: text.name)
      // Names are escaped as in images.tsv. Other tables with tabs contain no backslashes.
      let field = record.fields[columns.name]
      let name = separator == 9 ? EscapedText.unescapedBytes(field) : field
      if let known = labels.updateValue(label.index, forKey: name), known != label.index {
        throw unlike(
          record, "gives \(EscapedText.escaped(name[...])) another label than a line before; keep one of them"
        )
      }
    }
    return (labels, kinds.labels)
  }

  private func unlike(_ record: Record, _ what: String) -> Failure {
    Failure(.badData, "line \(record.line) of \(text.name) \(what)")
  }

  /// Parses a label, or a synset with bounding boxes after it: `n03995372 85 1 499 272`, as in Kaggle's file.
  private static func label(_ field: [UInt8]) -> ClassLabel? {
    let text = field[...].trimmed
    if let label = ClassLabel(text) { return label }
    guard let space = text.firstIndex(of: 32), let label = ClassLabel(text[..<space]), label.isSynset else {
      return nil
    }
    return label
  }

  /// Returns the records of the table. Tables with tabs or spaces have no quoting, because names may contain
  /// quotes.
  private func records(_ separator: UInt8) -> AnyIterator<Record> {
    if separator == UInt8(ascii: ",") || separator == UInt8(ascii: ";") {
      return AnyIterator(CSVRecords(text.bytes, separator: separator))
    }
    var lines = text.lines
    var number = 0
    return AnyIterator {
      while let line = lines.next() {
        number += 1
        if line.trimmed.isEmpty { continue }
        if separator == 9 {
          let fields = line.split(separator: 9, omittingEmptySubsequences: false)
          return Record(line: number, fields: fields.map { Array($0) })
        }
        // The last field is the label. Spaces before it belong to the name.
        let content = line.trimmed
        guard let space = content.lastIndex(of: 32) else {
          return Record(line: number, fields: [Array(content)])
        }
        return Record(
          line: number, fields: [Array(content[..<space].trimmed), Array(content[(space + 1)...])])
      }
      return nil
    }
  }
}
