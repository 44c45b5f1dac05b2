import Foundation
package import Machine

/// A file, or bytes in memory, with random access.
package final class ByteSource: Sendable {
  /// The name of the source in errors.
  package let name: String
  /// The length of the source in bytes.
  package let count: Int
  /// The version of the file when it was opened; `nil` for bytes in memory.
  package let version: FileVersion?
  /// The open file; `nil` for bytes in memory.
  private let file: Descriptor?
  private let memory: [UInt8]

  /// Opens a regular file.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing`.
  package init(_ path: [UInt8]) throws(Failure) {
    name = EscapedText.escaped(path[...])
    let file: Descriptor
    do { file = try Descriptor(path, .readWithoutWaiting) } catch {
      throw Failure(.inputMissing, "cannot read \(name): \(error)")
    }
    version = FileVersion(file)
    (count, memory, self.file) = (version?.size ?? 0, [], file)
    guard version != nil else {
      throw Failure(.badData, "\(name) is not a regular file; archives are read here and there")
    }
  }

  /// Creates a source from bytes in memory.
  init(_ bytes: [UInt8], name: String) {
    (memory, self.name, count, version, file) = (bytes, name, bytes.count, nil, nil)
  }

  /// Reads from an offset into a buffer.
  ///
  /// - Returns: The number of bytes. It is less than the size of the buffer only at the end.
  /// - Throws: ``Failure`` of kind `inputMissing`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    guard let file else {
      let bytes = memory.dropFirst(offset).prefix(buffer.count)
      buffer.copyBytes(from: bytes)
      return bytes.count
    }
    do { return try file.readAll(at: offset, into: buffer) } catch {
      throw Failure(.inputMissing, "cannot read \(name): \(error)")
    }
  }
}

/// A range of a source that is read one window at a time. Headers are far apart, and the bytes between them
/// are not read.
package struct ByteWindow {
  /// The source.
  let source: ByteSource
  /// The range, as offsets in the source.
  let range: Range<Int>

  /// The size of a window: one page, enough for a header and a short text after it.
  private static let size = 4096
  private var bytes: [UInt8] = []
  private var start = 0

  package init(_ source: ByteSource, _ range: Range<Int>) { (self.source, self.range) = (source, range) }

  /// Returns bytes of the range, from an offset in the source on; `nil` if some of them are outside of the
  /// range.
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
