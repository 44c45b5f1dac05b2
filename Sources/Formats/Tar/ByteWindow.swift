import Foundation
package import Machine

/// A file, or bytes in memory, that is read here and there.
package final class ByteSource: @unchecked Sendable {
  /// What errors call it.
  package let name: String
  /// Its length in bytes.
  package let count: Int
  /// The file as it is; none for bytes in memory.
  package let version: FileVersion?
  // SAFETY: constant, and `pread` has no position that threads could share.
  private let descriptor: Int32
  private let memory: [UInt8]

  /// Opens a regular file.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing`.
  package init(_ path: [UInt8]) throws(Failure) {
    name = EscapedText.escaped(path[...])
    descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else {
      throw Failure(.inputMissing, "cannot read \(name): \(Disk.lastError)")
    }
    version = FileVersion(descriptor: descriptor)
    (count, memory) = (version?.size ?? 0, [])
    guard version != nil else {
      close(descriptor)
      throw Failure(.badData, "\(name) is not a regular file; archives are read here and there")
    }
  }

  /// Takes bytes in memory for a file.
  init(_ bytes: [UInt8], name: String) {
    (memory, self.name, count, version, descriptor) = (bytes, name, bytes.count, nil, -1)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Reads from an offset into a buffer.
  ///
  /// - Returns: The number of bytes; fewer than there is room for only at the end.
  /// - Throws: ``Failure`` of kind `inputMissing`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    if descriptor < 0 {
      let bytes = memory.dropFirst(offset).prefix(buffer.count)
      buffer.copyBytes(from: bytes)
      return bytes.count
    }
    var done = 0
    while done < buffer.count {
      let step = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
      if step < 0 && errno == EINTR { continue }
      guard step >= 0 else { throw Failure(.inputMissing, "cannot read \(name): \(Disk.lastError)") }
      if step == 0 { break }
      done += step
    }
    return done
  }
}

/// A stretch of a source, read a window at a time: headers lie apart, and what is between them is not touched.
package struct ByteWindow {
  /// What is read.
  let source: ByteSource
  /// The stretch, in the source's offsets.
  let range: Range<Int>

  /// A page: enough for a header and a short text behind it.
  private static let size = 4096
  private var bytes: [UInt8] = []
  private var start = 0

  package init(_ source: ByteSource, _ range: Range<Int>) { (self.source, self.range) = (source, range) }

  /// Some bytes of the stretch, from an offset of the source on; `nil` when they are not all there.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing`.
  package mutating func read(at offset: Int, count: Int) throws(Failure) -> ArraySlice<UInt8>? {
    guard offset >= range.lowerBound, count <= range.upperBound - offset else { return nil }
    if offset < start || offset + count > start + bytes.count {
      let wanted = min(max(count, Self.size), range.upperBound - offset)
      if bytes.count != wanted { bytes = [UInt8](repeating: 0, count: wanted) }
      start = offset
      let result = bytes.withUnsafeMutableBytes { buffer in
        Result { () throws(Failure) in try source.read(at: offset, into: buffer) }
      }
      let found = try result.get()
      if found < wanted { bytes.removeLast(wanted - found) }
    }
    guard bytes.count >= offset - start + count else { return nil }
    return bytes[(offset - start)..<(offset - start + count)]
  }
}
