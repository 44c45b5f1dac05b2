import Foundation
import Machine

/// Values in the scripts that carry data: JSON that is also safe inside a page.
enum ScriptText {
  /// Returns a string literal of ASCII without `<`, `>` and `&`.
  static func string(_ text: String) -> String {
    var literal: [UInt8] = [UInt8(ascii: "\"")]
    for unit in text.utf16 {
      switch unit {
      case 0x22: literal += Array("\\\"".utf8)
      case 0x5C: literal += Array("\\\\".utf8)
      case 0x20...0x7E where unit != 0x3C && unit != 0x3E && unit != 0x26: literal.append(UInt8(unit))
      default:
        literal += Array("\\u\(String(unit, radix: 16).zeroPadded(to: 4))".utf8)
      }
    }
    literal.append(UInt8(ascii: "\""))
    return String(decoding: literal, as: UTF8.self)
  }

  /// Returns a list of string literals.
  static func strings(_ texts: [String]) -> String { "[\(texts.map(string).joined(separator: ","))]" }

  /// Returns numbers as a string literal: base64 of their little-endian bytes.
  static func packed(_ values: [some FixedWidthInteger]) -> String {
    values.map(\.littleEndian).withUnsafeBytes { bytes in "\"\(Data(bytes).base64EncodedString())\"" }
  }

  /// Returns numbers as a string literal: base64 of their little-endian bytes.
  static func packed(_ values: [Float]) -> String { packed(values.map(\.bitPattern)) }
}
