/// A range of bytes that its owner (a mapped file, an inflated archive member) keeps alive and never changes.
///
/// Every read is bounds-checked, so a parser cannot read outside of the region whatever sizes a file states.
package struct ByteRegion: @unchecked Sendable {
  // Sendable because the bytes are constant as long as `owner` lives.
  private let bytes: UnsafeRawBufferPointer
  package let owner: any AnyObject & Sendable

  /// Creates a region over bytes that `owner` keeps alive and constant.
  package init(_ bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
    self.bytes = bytes
    self.owner = owner
  }

  /// Creates a region that owns a copy of some bytes.
  package init(copying bytes: some Collection<UInt8>) {
    let block = HeapBlock(count: bytes.count)
    block.bytes.copyBytes(from: bytes)
    self.init(UnsafeRawBufferPointer(block.bytes), owner: block)
  }

  /// The number of bytes.
  package var count: Int { bytes.count }

  /// The byte at an offset, `nil` past the end.
  package subscript(offset: Int) -> UInt8? {
    withUnsafeBytes { offset >= 0 && offset < $0.count ? $0[offset] : nil }
  }

  /// The bytes `offset ..< offset + count`, `nil` unless all of them are inside the region.
  package func slice(at offset: Int, count: Int) -> ByteRegion? {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
    return ByteRegion(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]), owner: owner)
  }

  /// The little-endian integer at an offset, `nil` unless all its bytes are inside the region.
  package func integer<I: FixedWidthInteger>(at offset: Int, as type: I.Type = I.self) -> I? {
    let size = MemoryLayout<I>.size
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    return withUnsafeBytes { I(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: I.self)) }
  }

  /// Whether the region has these bytes at an offset.
  package func matches(_ expected: some Collection<UInt8>, at offset: Int = 0) -> Bool {
    slice(at: offset, count: expected.count)?.withUnsafeBytes { $0.elementsEqual(expected) } ?? false
  }

  /// The offset of the first `byte` at or after `start`, within at most `limit` bytes.
  package func firstIndex(of byte: UInt8, from start: Int, limit: Int) -> Int? {
    guard start >= 0, start < bytes.count else { return nil }
    return withUnsafeBytes { $0[start..<min($0.count, start + limit)].firstIndex(of: byte) }
  }

  /// The bytes as UTF-8, `nil` when they are not valid UTF-8.
  package var utf8: String? { withUnsafeBytes { String(validating: $0, as: UTF8.self) } }

  /// The bytes decoded as Latin-1, in which every byte string is valid.
  package var latin1: String {
    withUnsafeBytes { String(String.UnicodeScalarView($0.map { Unicode.Scalar($0) })) }
  }

  /// Calls `body` with the bytes. The owner lives until `body` returns.
  package func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(owner) {} }
    return try body(bytes)
  }
}

/// A buffer on the heap. It is written once, and constant as soon as a ``ByteRegion`` refers to it.
package final class HeapBlock: @unchecked Sendable {
  package let bytes: UnsafeMutableRawBufferPointer

  /// Allocates `count` bytes without clearing them.
  package init(count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }
  deinit { bytes.deallocate() }
}
