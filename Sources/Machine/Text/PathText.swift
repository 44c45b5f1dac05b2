/// Paths as text that preserves every byte.
///
/// Linux guarantees no encoding of file names, but a Swift string contains only UTF-8. A path of type
/// `String` therefore encodes each byte that is not UTF-8 as a character: byte `b` becomes U+10FE00 + `b`, in
/// the last private use area of Unicode. If a file name contains the UTF-8 of such a character, its bytes are
/// encoded in the same way, so that two names never become one. Every path from the system is decoded with
/// ``text(_:)``, and every path to the system is encoded with ``bytes(of:)``. System calls with a `String` do
/// the latter by themselves in every file that imports this module.
package enum PathText {
  /// Returns the path of some bytes, as text.
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

  /// Returns the bytes of a path.
  package static func bytes(of text: String) -> [UInt8] { bytes(text.utf8) }

  /// As ``bytes(of:)``, for text in UTF-8.
  package static func bytes(_ text: some Sequence<UInt8>) -> [UInt8] {
    let text = Array(text)
    guard text.contains(lead) else { return text }
    return replacing(text) { [$0] }
  }

  /// Returns a path, or text that contains paths, in readable form: a byte that is not UTF-8 becomes `\xHH`.
  package static func shown(_ text: String) -> String {
    guard text.utf8.contains(lead) else { return text }
    return String(decoding: replacing(Array(text.utf8)) { Array("\\x\(hex($0))".utf8) }, as: UTF8.self)
  }

  /// Returns a JSON document with its paths in readable form: see ``shown(_:)``.
  package static func shownInJSON(_ document: [UInt8]) -> [UInt8] {
    guard document.contains(lead) else { return document }
    return replacing(document) { Array("\\\\x\(hex($0))".utf8) }
  }

  /// Returns the last component of a path: the name of the file.
  package static func lastComponent(of path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
  }

  /// Returns a path without the slash at its end, if any; `/` stays.
  package static func withoutTrailingSlash(_ path: String) -> String {
    path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/")
      ? String(Substring(path.utf8.dropLast())) : path
  }

  /// Returns the folder of a file; `.` if the path is only a name.
  package static func folder(of path: String) -> String {
    // Searched by byte, not by character: a combining accent at the start of a name joins the slash to one
    // character.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Calls `body` with a path as a C string. Bytes after a NUL are not part of the path.
  package static func withBytes<R>(of path: String, _ body: (UnsafePointer<CChar>) -> R) -> R {
    body((bytes(of: path) + [0]).map { CChar(bitPattern: $0) })
  }

  /// The first of the four UTF-8 bytes of the characters that encode single bytes.
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

  /// The byte that the first character encodes; `nil` for any other character.
  private static func escapedByte(_ text: ArraySlice<UInt8>) -> UInt8? {
    let start = text.startIndex
    guard text.count >= 4, text[start] == lead, text[start + 1] == 0x8F, text[start + 2] & 0xFE == 0xBA,
      text[start + 3] & 0xC0 == 0x80
    else { return nil }
    return text[start + 2] << 6 | text[start + 3] & 0x3F
  }

  /// The byte count of the first UTF-8 character; 0 if the bytes do not begin with valid UTF-8.
  static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 1, bytes.count >= length else { return length == 1 ? 1 : 0 }
    return String(validating: bytes.prefix(length), as: UTF8.self) == nil ? 0 : length
  }
}
