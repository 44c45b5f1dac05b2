/// Names and other bytes as a field of a table, or as a word of a sentence.
package enum EscapedText {
  /// The text that ``escaped(_:)-(String)`` made this of; bytes that are no text are replaced.
  package static func unescaped(_ field: String) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return field }
    return String(decoding: unescapedBytes(field.utf8), as: UTF8.self)
  }

  /// The bytes that ``escaped(_:)-(ArraySlice<UInt8>)`` made this of.
  package static func unescapedBytes(_ field: some Sequence<UInt8>) -> [UInt8] {
    let field = Array(field)
    var bytes: [UInt8] = []
    var next = 0
    while next < field.count {
      let byte = field[next]
      next += 1
      guard byte == UInt8(ascii: "\\"), next < field.count else {
        bytes.append(byte)
        continue
      }
      let letter = field[next]
      next += 1
      switch letter {
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "x"):
        let digits = String(decoding: field[next..<min(next + 2, field.count)], as: UTF8.self)
        guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else {
          bytes.append(letter)
          continue
        }
        bytes.append(value)
        next += 2
      default: bytes.append(letter)
      }
    }
    return bytes
  }

  /// Text as a field; see ``escaped(_:)-(ArraySlice<UInt8>)``.
  package static func escaped(_ field: String) -> String { escaped(ArraySlice(field.utf8)) }

  /// Bytes as text that a field can hold: tabs, line ends and backslashes as `\t`, `\n`, `\r` and `\\`, other control
  /// characters and bytes that are not UTF-8 as `\xHH`. Names may contain all of them, fields may not.
  package static func escaped(_ field: ArraySlice<UInt8>) -> String {
    let isPlain = field.allSatisfy { (32..<127).contains($0) && $0 != UInt8(ascii: "\\") }
    if isPlain { return String(decoding: field, as: UTF8.self) }
    var text: [UInt8] = []
    var rest = field
    while let byte = rest.first {
      let length = utf8Length(rest)
      if length > 1 {
        text += rest.prefix(length)
      } else {
        switch byte {
        case 9: text += Array("\\t".utf8)
        case 10: text += Array("\\n".utf8)
        case 13: text += Array("\\r".utf8)
        case UInt8(ascii: "\\"): text += Array("\\\\".utf8)
        case 32..<127: text.append(byte)
        default: text += Array((byte < 16 ? "\\x0" : "\\x").utf8) + Array(String(byte, radix: 16).utf8)
        }
      }
      rest = rest.dropFirst(max(length, 1))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of the character that some bytes begin with, 0 where that is not UTF-8.
  private static func utf8Length(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 1, bytes.count >= length else { return length == 1 ? 1 : 0 }
    return String(validating: bytes.prefix(length), as: UTF8.self) == nil ? 0 : length
  }
}
