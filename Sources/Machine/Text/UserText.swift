import Foundation

/// Text from a user, written by hand, an editor, a spreadsheet or a program: lists, labels, units.
///
/// The encoding is UTF-8 with or without a byte-order mark, or UTF-16 with one. Bytes that are not UTF-8 are
/// kept, because file names can be any bytes. Lines end with LF, CRLF or, in a text without any LF, CR. The
/// last line end is optional.
package struct UserText: Sendable {
  /// The name of the file in errors.
  package let name: String
  /// The text without its byte-order mark.
  package let bytes: [UInt8]

  /// The largest size that is read, in bytes. No list of images is larger, but a wrong path or an endless
  /// pipe may be.
  static let maximumBytes = 1 << 31
  /// The path that means standard input.
  package static let standardInput = "-"

  /// Reads a file, a pipe or a device to its end; `-` means standard input.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - wanted: The expected contents, for errors: `a list of images`.
  /// - Throws: ``Failure``: `inputMissing`, or `badData` if the contents are not text.
  package init(_ path: String, wanted: String) throws(Failure) {
    let isInput = path == Self.standardInput
    name = isInput ? "standard input" : path
    let (file, found): (Descriptor, [UInt8])
    do { file = try isInput ? Descriptor(standard: STDIN_FILENO) : Descriptor(path, .read) } catch {
      throw Self.unreadable(name, wanted, error)
    }
    // A binary file is refused before all of it is read.
    if let head = try? file.bytes(at: 0, count: 4096), !head.isEmpty {
      try Self.checkIsText(head[...], name, wanted)
    }
    do { found = try Disk.bytes(of: file, atMost: Self.maximumBytes) } catch {
      throw Self.unreadable(name, wanted, error)
    }
    guard found.count <= Self.maximumBytes else {
      throw Failure(.badData, "\(name) has more than 2 GiB, which no text has that is \(wanted)")
    }
    bytes = try Self.decoded(found, name, wanted)
  }

  /// Takes the bytes of a file.
  ///
  /// - Throws: ``Failure`` of kind `badData` if the bytes are not text.
  package init(_ bytes: [UInt8], name: String, wanted: String) throws(Failure) {
    self.name = name
    self.bytes = try Self.decoded(bytes, name, wanted)
  }

  /// The lines without their line ends, empty lines included.
  package var lines: UserLines { UserLines(bytes) }

  private static func unreadable(_ name: String, _ wanted: String, _ error: SystemError) -> Failure {
    Failure(.inputMissing, "cannot read \(name), \(wanted): \(error)")
  }

  private static func decoded(
    _ bytes: [UInt8], _ name: String, _ wanted: String
  ) throws(Failure) -> [UInt8] {
    try checkIsText(bytes[...], name, wanted)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    let isBigEndian = bytes.starts(with: [0xFE, 0xFF])
    guard isBigEndian || bytes.starts(with: [0xFF, 0xFE]) else { return bytes }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
      UInt16(bytes[place + (isBigEndian ? 0 : 1)]) << 8 | UInt16(bytes[place + (isBigEndian ? 1 : 0)])
    }
    guard bytes.count % 2 == 0, !units.contains(0), let text = String(validating: units, as: UTF16.self)
    else {
      throw Failure(
        .badData, "\(name) begins as UTF-16 and is not UTF-16 to its end", remedy: "save \(wanted) as UTF-8")
    }
    return Array(text.utf8)
  }

  /// Refuses bytes that are not text, with an error that names their format.
  private static func checkIsText(
    _ bytes: ArraySlice<UInt8>, _ name: String, _ wanted: String
  ) throws(Failure) {
    let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    if let look = FileLook.binary(bytes) { throw look.refusal(of: name, wanted: wanted) }
    guard !isUTF16, bytes.contains(0) else { return }
    throw FileLook.unknown(bytes).refusal(of: name, wanted: wanted)
  }
}

/// The lines of a text, as a lazy sequence: an array of a million lines would need too much memory.
package struct UserLines: Sequence, IteratorProtocol {
  private let text: [UInt8]
  private let end: UInt8
  private var position = 0

  package init(_ text: [UInt8]) {
    self.text = text
    end = text.contains(10) ? 10 : 13
  }

  package mutating func next() -> ArraySlice<UInt8>? {
    guard position < text.count else { return nil }
    let rest = text[position...]
    let line = rest[..<(rest.firstIndex(of: end) ?? text.count)]
    position = line.endIndex + 1
    return line.last == 13 ? line.dropLast() : line
  }

  /// The approximate number of lines.
  package var underestimatedCount: Int { text.count { $0 == end } }
}

extension ArraySlice<UInt8> {
  /// The bytes without leading and trailing spaces and tabs.
  package var trimmed: ArraySlice<UInt8> {
    let start = firstIndex { $0 != 32 && $0 != 9 } ?? endIndex
    let end = lastIndex { $0 != 32 && $0 != 9 }.map { $0 + 1 } ?? start
    return self[start..<end]
  }

  /// The bytes without leading and trailing spaces, tabs and line ends.
  package var text: ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
    let start = firstIndex { !isBlank($0) } ?? endIndex
    let end = lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
    return self[start..<end]
  }
}
