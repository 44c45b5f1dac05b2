/// A reusable buffer that grows to the largest request, so that threads stop allocating after the first
/// images.
struct ScratchBuffer: ~Copyable {
  /// The largest size that is kept. A larger buffer is freed, so that one giant image does not hold memory
  /// for a whole run.
  static let keptBytes = 64 << 20

  private(set) var bytes: UnsafeMutableRawBufferPointer

  init() { bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0) }
  deinit { bytes.deallocate() }

  /// Returns at least `count` bytes, aligned to 64 bytes. Their contents are those of the previous use.
  mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if count > bytes.count || (bytes.count > Self.keptBytes && count <= Self.keptBytes) {
      bytes.deallocate()
      bytes = .allocate(byteCount: Self.roomy(count), alignment: 64)
    }
    return bytes
  }

  /// Returns the number of bytes to allocate for `count` bytes when later requests may be larger: a power of
  /// two, at least a megabyte.
  ///
  /// Untouched pages use no memory, and blocks that grow with every larger image would fragment the heap.
  static func roomy(_ count: Int) -> Int {
    guard count <= keptBytes else { return count }
    return max(1 << 20, 1 << (Int.bitWidth - max(count - 1, 0).leadingZeroBitCount))
  }
}
