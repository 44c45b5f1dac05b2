private import CZlib
package import Machine

extension ZipArchive.Entry {
  /// Returns the first `count` bytes of the content, or all of it if it is shorter.
  package func prefix(_ count: Int) throws(Malformed) -> ByteRegion {
    let count = min(count, size)
    if isStored, let start = data.slice(at: 0, count: count) { return start }
    return try inflate(data, to: count, name: name, isWhole: count == size)
  }

  /// Returns the content: the file's own bytes if the member is stored, else the inflated bytes, whose CRC is
  /// checked.
  ///
  /// - Throws: ``Malformed`` when the inflated bytes do not match the directory.
  package func content() throws(Malformed) -> ByteRegion {
    guard !isStored else { return data }
    // Deflate compresses constant bytes up to 1032:1, but constant weights are also small.
    guard size <= max(64 << 20, data.count.multipliedReportingOverflow(by: 256).partialValue) else {
      throw Malformed("'\(name)' in the archive would inflate \(data.count) bytes to \(size)")
    }
    let content = try inflate(data, to: size, name: name, isWhole: true)
    let crc = content.withUnsafeBytes { bytes in
      crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }
    guard UInt32(truncatingIfNeeded: crc) == crc32 else {
      throw Malformed("'\(name)' in the archive is damaged: its checksum does not fit")
    }
    return content
  }
}

/// Inflates raw deflate data to exactly `count` bytes. `isWhole` states whether the data must end there.
///
/// The output buffer grows with the actual output, so a false size costs at most twice the true content.
private func inflate(
  _ packed: ByteRegion, to count: Int, name: String, isWhole: Bool
) throws(Malformed) -> ByteRegion {
  var stream = z_stream()
  guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
    throw Malformed("'\(name)' in the archive cannot be inflated: out of memory")
  }
  defer { inflateEnd(&stream) }
  var block = HeapBlock(count: max(min(count, 1 << 20), 1))
  var written = 0
  var taken = 0
  var status = Z_OK
  packed.withUnsafeBytes { input in
    // zlib counts in 32 bits, and never writes through next_in.
    let source = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
    while status == Z_OK {
      if written == block.bytes.count {
        if written >= count { break }
        let larger = HeapBlock(count: min(count, written * 2))
        larger.bytes.copyMemory(from: UnsafeRawBufferPointer(block.bytes))
        block = larger
      }
      let room = min(block.bytes.count - written, 1 << 30)
      let available = min(input.count - taken, 1 << 30)
      stream.next_in = source.map { $0 + taken }
      stream.avail_in = UInt32(available)
      stream.next_out = block.bytes.bindMemory(to: UInt8.self).baseAddress.map { $0 + written }
      stream.avail_out = UInt32(room)
      status = CZlib.inflate(&stream, Z_NO_FLUSH)
      taken += available - Int(stream.avail_in)
      written += room - Int(stream.avail_out)
    }
    // The end marker may still be unread when the last byte has been written.
    if isWhole, status == Z_OK, written == count {
      var spare: UInt8 = 0
      withUnsafeMutablePointer(to: &spare) { pointer in
        stream.next_in = source.map { $0 + taken }
        stream.avail_in = UInt32(min(input.count - taken, 1 << 30))
        stream.next_out = pointer
        stream.avail_out = 1
        status = CZlib.inflate(&stream, Z_NO_FLUSH)
        if stream.avail_out == 0 { status = Z_DATA_ERROR }
      }
    }
  }
  guard written == count, status == Z_STREAM_END || (!isWhole && status == Z_OK) else {
    throw Malformed("'\(name)' in the archive is damaged: it does not inflate to \(count) bytes")
  }
  guard let content = ByteRegion(UnsafeRawBufferPointer(block.bytes), owner: block).slice(at: 0, count: count)
  else {
    throw Malformed("'\(name)' in the archive is damaged")
  }
  return content
}
