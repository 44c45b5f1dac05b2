/// Memory that grows to the largest request so far and is then reused, so that a warm worker allocates nothing.
struct ScratchBuffer: ~Copyable {
  /// Larger buffers are given back, so that one giant image does not cost a long run its memory.
  static let keptBytes = 64 << 20

  private(set) var bytes: UnsafeMutableRawBufferPointer

  init() { bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0) }
  deinit { bytes.deallocate() }

  /// At least `count` bytes, aligned to 64, with what the last use left in them.
  mutating func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if count > bytes.count || (bytes.count > Self.keptBytes && count <= Self.keptBytes) {
      bytes.deallocate()
      bytes = .allocate(byteCount: Self.roomy(count), alignment: 64)
    }
    return bytes
  }

  /// The bytes to allocate where `count` are needed and more may be soon: a power of two, at least a megabyte.
  ///
  /// What is not touched costs nothing, and blocks that grow with every larger image would leave holes between them.
  static func roomy(_ count: Int) -> Int {
    guard count <= keptBytes else { return count }
    return max(1 << 20, 1 << (Int.bitWidth - max(count - 1, 0).leadingZeroBitCount))
  }
}
