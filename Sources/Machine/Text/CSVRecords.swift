/// Values separated by commas or another character, in the format of RFC 4180: a quoted field may contain
/// separators, line ends, and doubled quotes.
package struct CSVRecords: Sequence, IteratorProtocol {
  /// One record: a line, or several lines if a quoted field contains line ends.
  package struct Record {
    /// The number of the record's first line, from 1.
    package let line: Int
    package let fields: [[UInt8]]

    /// Creates a record.
    package init(line: Int, fields: [[UInt8]]) { (self.line, self.fields) = (line, fields) }
  }

  private let text: [UInt8]
  private let separator: UInt8
  private let lineEnd: UInt8
  private var position = 0
  private var line = 1

  package init(_ text: [UInt8], separator: UInt8) {
    (self.text, self.separator) = (text, separator)
    lineEnd = text.contains(10) ? 10 : 13
  }

  /// The next record that is not empty.
  package mutating func next() -> Record? {
    while position < text.count {
      let start = line
      let fields = record()
      if fields.count > 1 || fields.first?.isEmpty == false { return Record(line: start, fields: fields) }
    }
    return nil
  }

  private mutating func record() -> [[UInt8]] {
    var fields: [[UInt8]] = []
    while true {
      fields.append(field())
      guard position < text.count else { return fields }
      let byte = text[position]
      position += 1
      guard byte != separator else { continue }
      line += 1
      return fields
    }
  }

  /// Reads the field at the position, and moves the position to the character that ends the field.
  private mutating func field() -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    guard position < text.count, text[position] == quote else {
      let rest = text[position...]
      let field = rest[..<(rest.firstIndex { $0 == separator || $0 == lineEnd } ?? text.count)]
      position = field.endIndex
      return Array(field.last == 13 ? field.dropLast() : field)
    }
    var field: [UInt8] = []
    position += 1
    while position < text.count {
      let byte = text[position]
      position += 1
      if byte == lineEnd { line += 1 }
      if byte == quote {
        guard position < text.count, text[position] == quote else { break }
        position += 1
      }
      field.append(byte)
    }
    // Characters after the closing quote are dropped. RFC 4180 does not allow them; the CR of CRLF is one.
    while position < text.count, text[position] != separator, text[position] != lineEnd {
      if text[position] != 13 { field.append(text[position]) }
      position += 1
    }
    return field
  }
}
