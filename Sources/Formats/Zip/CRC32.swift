private import CZlib

/// The CRC-32 checksum of zip files.
package enum CRC32 {
  /// Returns the checksum of some bytes, optionally continuing the checksum of the bytes before them.
  package static func of(_ bytes: UnsafeRawBufferPointer, after checksum: UInt32 = 0) -> UInt32 {
    // For no bytes, zlib would return its initial value instead of `checksum`.
    guard !bytes.isEmpty else { return checksum }
    return UInt32(
      truncatingIfNeeded: crc32_z(UInt(checksum), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }
}
