private import CZlib

/// The checksum of zip files.
package enum CRC32 {
  /// The checksum of some bytes, which may go on after others.
  package static func of(_ bytes: UnsafeRawBufferPointer, after checksum: UInt32 = 0) -> UInt32 {
    // Of no bytes, zlib would return what it begins with.
    guard !bytes.isEmpty else { return checksum }
    return UInt32(
      truncatingIfNeeded: crc32_z(UInt(checksum), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }
}
