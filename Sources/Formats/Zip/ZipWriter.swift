package import Machine

/// Writes a zip archive piece by piece. Its members are stored without compression, at multiples of 64 bytes,
/// so that they can be memory-mapped. The bytes depend only on names and contents.
package final class ZipWriter {
  private let file: AtomicFile
  /// Bytes that are not written yet. The buffer avoids a system call for each small member.
  private var buffer: [UInt8] = []
  /// The number of bytes in the file.
  private var written = 0
  private var count: Int { written + buffer.count }
  /// The checksum so far of the member in progress.
  private var checksum: UInt32 = 0
  /// The central directory at the end of the file, with the offset of each member.
  private var directory: [UInt8] = []
  private var entries = 0

  /// Creates the temporary file beside the final path.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(_ path: String) throws(Failure) {
    do { file = try AtomicFile(path) } catch { throw Failure(.cannotCreate, "\(error)") }
  }

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - name: The name of the member.
  ///   - size: The byte count of the content.
  ///   - content: Writes the content by calls of ``append(_:)``.
  /// - Throws: The error of `content`, and ``Failure`` of kind `writeFailed`.
  /// - Precondition: `content` appends `size` bytes, and the file stays below 4 GB.
  package func add(_ name: String, size: Int, content: () throws(Failure) -> Void) throws(Failure) {
    let header = MemberHeader(name: name, size: size, start: count)
    // The checksum precedes the content, and is known only after it.
    checksum = 0
    buffer += header.local(checksum: 0)
    let start = count
    try content()
    precondition(count - start == size, "\(count - start) bytes of '\(name)', not \(size)")
    try replace(at: header.start, with: header.local(checksum: checksum))
    directory += header.listing(checksum: checksum)
    entries += 1
  }

  /// Adds bytes to the member in progress.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(Failure) {
    elements.withUnsafeBytes { bytes in
      checksum = CRC32.of(bytes, after: checksum)
      buffer.append(contentsOf: bytes)
    }
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Renames the archive to its final name. A reader finds either the old archive or this one, complete.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the old archive then stays.
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

/// The fields of a member that are both in its local header and in the directory.
private struct MemberHeader {
  let name: [UInt8]
  let size: Int
  /// The offset of the member in the file.
  let start: Int

  init(name: String, size: Int, start: Int) {
    (self.name, self.size, self.start) = (Array(name.utf8), size, start)
  }

  /// An extra field of an unassigned kind. Its padding moves the content to a multiple of 64 bytes.
  private var extra: [UInt8] {
    let padding = (64 - (start + 30 + name.count + 4) % 64) % 64
    return littleEndian(UInt16(0x4450)) + littleEndian(UInt16(padding)) + Array(repeating: 0, count: padding)
  }

  /// Returns the local header, which precedes the content.
  func local(checksum: UInt32) -> [UInt8] {
    littleEndian(UInt32(0x0403_4B50)) + common(checksum) + littleEndian(UInt16(extra.count)) + name + extra
  }

  /// Returns the entry of the directory.
  func listing(checksum: UInt32) -> [UInt8] {
    littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + common(checksum) + littleEndian(UInt16(0))
      + Array(repeating: 0, count: 10) + littleEndian(UInt32(start)) + name
  }

  /// Returns version, flags, method and the earliest possible date, then checksum, sizes and the length of
  /// the name.
  private func common(_ checksum: UInt32) -> [UInt8] {
    littleEndian(UInt16(20)) + littleEndian(UInt16(0x0800)) + littleEndian(UInt16(0))
      + littleEndian(UInt16(0)) + littleEndian(UInt16(0x21)) + littleEndian(checksum)
      + littleEndian(UInt32(size)) + littleEndian(UInt32(size)) + littleEndian(UInt16(name.count))
  }
}

private func littleEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
