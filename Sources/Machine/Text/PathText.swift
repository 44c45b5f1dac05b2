/// Paths as text, of which every byte is kept.
///
/// Linux promises no encoding of names, and Swift's strings hold UTF-8 alone. In a path that is a `String`, a byte that is
/// not UTF-8 is therefore a character of its own: byte `b` is U+10FE00 + `b`, of the last private area of Unicode. Bytes that
/// are that character in a name are taken for bytes that are not UTF-8, so that two names never become one. Everything that
/// comes from the system goes through ``text(_:)``, everything that goes to it through ``bytes(of:)``; calls of the system
/// that take a `String` do the latter by themselves in every file that imports this module.
package enum PathText {
  /// The path of some bytes.
  package static func text(_ path: some Sequence<UInt8>) -> String {
    let path = Array(path)
    if let text = String(validating: path, as: UTF8.self), !path.contains(lead) { return text }
    var text: [UInt8] = []
    var rest = path[...]
    while let byte = rest.first {
      let length = characterLength(rest)
      if length > 0, escapedByte(rest) == nil {
        text += rest.prefix(length)
      } else {
        text += [lead, 0x8F, 0xB8 | byte >> 6, 0x80 | byte & 0x3F]
      }
      rest = rest.dropFirst(length > 0 && escapedByte(rest) == nil ? length : 1)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a path.
  package static func bytes(of text: String) -> [UInt8] { bytes(text.utf8) }

  /// As ``bytes(of:)``, of text in UTF-8.
  package static func bytes(_ text: some Sequence<UInt8>) -> [UInt8] {
    let text = Array(text)
    guard text.contains(lead) else { return text }
    return replacing(text) { [$0] }
  }

  /// A path, or text that speaks of some, as people and documents can read it: with `\xHH` for a byte that is not UTF-8.
  package static func shown(_ text: String) -> String {
    guard text.utf8.contains(lead) else { return text }
    return String(decoding: replacing(Array(text.utf8)) { Array("\\x\(hex($0))".utf8) }, as: UTF8.self)
  }

  /// A document in JSON, as documents can be read: see ``shown(_:)``.
  package static func shownInJSON(_ document: [UInt8]) -> [UInt8] {
    guard document.contains(lead) else { return document }
    return replacing(document) { Array("\\\\x\(hex($0))".utf8) }
  }

  /// The last component of a path: the name of the file.
  package static func lastComponent(of path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
  }

  /// A path without the slash at its end, should there be one; `/` stays.
  package static func withoutTrailingSlash(_ path: String) -> String {
    path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/")
      ? String(Substring(path.utf8.dropLast())) : path
  }

  /// The folder a file is in, `.` where the path is a name alone.
  package static func folder(of path: String) -> String {
    // Not by characters: a name may begin with an accent, which makes one character of it and the slash.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Lends a path to a call of the system; what is behind a NUL is not part of it.
  package static func withBytes<R>(of path: String, _ body: (UnsafePointer<CChar>) -> R) -> R {
    body((bytes(of: path) + [0]).map { CChar(bitPattern: $0) })
  }

  /// What the characters of four bytes in question begin with.
  private static let lead: UInt8 = 0xF4

  private static func hex(_ byte: UInt8) -> String { String(byte, radix: 16).zeroPadded(to: 2) }

  private static func replacing(_ text: [UInt8], _ spelling: (UInt8) -> [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text[...]
    while let byte = rest.first {
      if let original = escapedByte(rest) {
        result += spelling(original)
        rest = rest.dropFirst(4)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// The byte that the first character stands for, `nil` for any other character.
  private static func escapedByte(_ text: ArraySlice<UInt8>) -> UInt8? {
    let start = text.startIndex
    guard text.count >= 4, text[start] == lead, text[start + 1] == 0x8F, text[start + 2] & 0xFE == 0xBA,
      text[start + 3] & 0xC0 == 0x80
    else { return nil }
    return text[start + 2] << 6 | text[start + 3] & 0x3F
  }

  /// The bytes of the character that some bytes begin with, 0 where that is not UTF-8.
  private static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 1, bytes.count >= length else { return length == 1 ? 1 : 0 }
    return String(validating: bytes.prefix(length), as: UTF8.self) == nil ? 0 : length
  }
}
