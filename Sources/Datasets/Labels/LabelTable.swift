import Machine

/// Labels beside names: a tab, a comma, a semicolon or spaces between the two, fields of the middle two in quotes where
/// need be; or more columns, under a header that names those of the image and of its label.
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

  /// The label of each name, and what labels count.
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

  /// Where names and labels are; a header stands above them or none.
  private struct Columns {
    var name = 0, label = 1
    var hasHeader = false

    /// Whether there are just the two.
    var isPlain: Bool { name == 0 && label == 1 && !hasHeader }
  }

  /// What the first records say of a separator; `nil` where it is none.
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
    // Two columns of other names above labels are columns all the same.
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
      // As images.tsv has names; other tables have no backslashes.
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

  /// A label, or a synset and the boxes behind it: `n03995372 85 1 499 272`, as Kaggle writes them.
  private static func label(_ field: [UInt8]) -> ClassLabel? {
    let text = field[...].trimmed
    if let label = ClassLabel(text) { return label }
    guard let space = text.firstIndex(of: 32), let label = ClassLabel(text[..<space]), label.isSynset else {
      return nil
    }
    return label
  }

  /// The records of the table. Tabs and spaces stand outside of quotes: names may have quotes.
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
        // The last field is the label; what spaces there are before it are the name's.
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
