/// Escapes names and other bytes for a field of a table, or for a word of a sentence.
package enum EscapedText {
  /// Returns the text whose ``escaped(_:)-(String)`` is the given field. Bytes that are not UTF-8 are
  /// replaced.
  package static func unescaped(_ field: String) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return field }
    return String(decoding: unescapedBytes(field.utf8), as: UTF8.self)
  }

  /// Returns the bytes whose ``escaped(_:)-(ArraySlice<UInt8>)`` is the given field.
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

  /// Returns text as a field; see ``escaped(_:)-(ArraySlice<UInt8>)``.
  package static func escaped(_ field: String) -> String { escaped(ArraySlice(field.utf8)) }

  /// Returns bytes as text that a field can contain. Tabs, line ends and backslashes become `\t`, `\n`, `\r`
  /// and `\\`; other control characters and bytes that are not UTF-8 become `\xHH`. Names can contain
  /// all of them, fields cannot.
  package static func escaped(_ field: ArraySlice<UInt8>) -> String {
    let isPlain = field.allSatisfy { (32..<127).contains($0) && $0 != UInt8(ascii: "\\") }
    if isPlain { return String(decoding: field, as: UTF8.self) }
    var text: [UInt8] = []
    var rest = field
    while let byte = rest.first {
      let length = PathText.characterLength(rest)
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
}
