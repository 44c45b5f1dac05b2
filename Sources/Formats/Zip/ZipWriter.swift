package import Machine

/// Writes a zip archive piece by piece. Its members are stored as they are and begin at multiples of 64 bytes, so that they
/// can be mapped. The bytes depend on nothing but names and contents.
package final class ZipWriter {
  private let file: AtomicFile
  /// What is not in the file yet: a member of a few bytes is no reason for a write.
  private var buffer: [UInt8] = []
  /// The bytes in the file.
  private var written = 0
  private var count: Int { written + buffer.count }
  /// The checksum of the member that is being written, up to here.
  private var checksum: UInt32 = 0
  /// What the file ends with: where each member is.
  private var directory: [UInt8] = []
  private var entries = 0

  /// Starts the file beside its final place.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(_ path: String) throws(Failure) {
    do { file = try AtomicFile(path) } catch { throw Failure(.cannotCreate, "\(error)") }
  }

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - name: The name of the member.
  ///   - size: The bytes of its content.
  ///   - content: Writes the content by calls of ``append(_:)``.
  /// - Throws: What `content` throws, and ``Failure`` of kind `writeFailed`.
  /// - Precondition: `content` appends `size` bytes, and the file stays below 4 GB.
  package func add(_ name: String, size: Int, content: () throws(Failure) -> Void) throws(Failure) {
    let header = MemberHeader(name: name, size: size, start: count)
    // The checksum comes before what it is of, and is known after it.
    checksum = 0
    buffer += header.local(checksum: 0)
    let start = count
    try content()
    precondition(count - start == size, "\(count - start) bytes of '\(name)', not \(size)")
    try replace(at: header.start, with: header.local(checksum: checksum))
    directory += header.listing(checksum: checksum)
    entries += 1
  }

  /// Adds bytes to the member that is being written.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(Failure) {
    elements.withUnsafeBytes { bytes in
      checksum = CRC32.of(bytes, after: checksum)
      buffer.append(contentsOf: bytes)
    }
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Gives the archive its name; whoever reads it finds the old one or this one, whole.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the old one then stays.
  package func commit() throws(Failure) {
    let end =
      littleEndian(UInt32(0x0605_4B50)) + littleEndian(UInt32(0)) + littleEndian(UInt16(entries))
      + littleEndian(UInt16(entries)) + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(count))
      + littleEndian(UInt16(0))
    buffer += directory + end
    try flush()
    try file.commit()
  }

  private func flush() throws(Failure) {
    try file.append(buffer)
    written += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func replace(at offset: Int, with bytes: [UInt8]) throws(Failure) {
    if offset >= written {
      buffer.replaceSubrange(offset - written..<offset - written + bytes.count, with: bytes)
    } else {
      try flush()
      try file.replace(at: offset, with: bytes)
    }
  }

}

/// What is said of a member before its content and in the directory.
private struct MemberHeader {
  let name: [UInt8]
  let size: Int
  /// Where the member is in the file.
  let start: Int

  init(name: String, size: Int, start: Int) {
    (self.name, self.size, self.start) = (Array(name.utf8), size, start)
  }

  /// The content begins at a multiple of 64: an extra field of a kind nobody knows fills up to there.
  private var extra: [UInt8] {
    let padding = (64 - (start + 30 + name.count + 4) % 64) % 64
    return littleEndian(UInt16(0x4450)) + littleEndian(UInt16(padding)) + Array(repeating: 0, count: padding)
  }

  /// The header before the content.
  func local(checksum: UInt32) -> [UInt8] {
    littleEndian(UInt32(0x0403_4B50)) + common(checksum) + littleEndian(UInt16(extra.count)) + name + extra
  }

  /// The entry of the directory.
  func listing(checksum: UInt32) -> [UInt8] {
    littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + common(checksum) + littleEndian(UInt16(0))
      + Array(repeating: 0, count: 10) + littleEndian(UInt32(start)) + name
  }

  /// Version, flags, method and the earliest date there is, then checksum, sizes and the name's length.
  private func common(_ checksum: UInt32) -> [UInt8] {
    littleEndian(UInt16(20)) + littleEndian(UInt16(0x0800)) + littleEndian(UInt16(0))
      + littleEndian(UInt16(0)) + littleEndian(UInt16(0x21)) + littleEndian(checksum)
      + littleEndian(UInt32(size)) + littleEndian(UInt32(size)) + littleEndian(UInt16(name.count))
  }
}

private func littleEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
