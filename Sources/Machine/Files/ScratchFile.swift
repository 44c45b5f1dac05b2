import Foundation

/// A file of numbers that is written and read at offsets, and never cut.
package final class ScratchFile: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Opens the file, making it if it is not there, or only to read it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`, or `inputMissing` where it is only read.
  package init(_ path: String, reading: Bool = false) throws(Failure) {
    self.path = path
    descriptor = open(path, (reading ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw reading
        ? Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)")
        : Failure(.cannotCreate, "cannot create \(path): \(Disk.lastError)")
    }
  }

  deinit { close(descriptor) }

  /// Writes bytes at an offset.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Failure) {
    try Disk.write(bytes, at: offset, to: descriptor, path: path)
  }

  /// Reads bytes at an offset.
  ///
  /// - Returns: Whether there were as many.
  package func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pread(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Forces the file to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func synchronize() throws(Failure) {
    guard fsync(descriptor) == 0 else {
      throw Failure(.writeFailed, "cannot write \(path) to the disk: \(Disk.lastError)")
    }
  }
}
