private import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the same folder; ``commit()`` brings them to disk and renames. Without it
/// the temporary file is removed, and what was under the name before stays.
package final class AtomicFile {
  private let path: String
  private let temporary: String
  private var descriptor: Int32

  /// Creates the temporary file.
  ///
  /// - Throws: ``FileError`` when the folder is missing or cannot be written to.
  package init(_ path: String) throws(FileError) {
    self.path = path
    // Not mkstemp, whose files only their owner may read, whatever the user's mask says.
    var name = ""
    var result: Int32 = -1
    repeat {
      name = "\(path).\(String(UInt32.random(in: .min ... .max), radix: 36)).tmp"
      result = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    } while result < 0 && errno == EEXIST
    guard result >= 0 else { throw FileError(path: path, operation: "create it", code: errno) }
    temporary = name
    descriptor = result
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError``, when the disk is full say.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let count = write(descriptor, base, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, operation: "write it", code: errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError``, when the disk is full say.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
      try append(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Replaces bytes that were added before.
  ///
  /// - Throws: ``FileError``, when the disk fails say.
  package func replace(at offset: Int, with bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, operation: "write it", code: errno) }
      done += count
    }
  }

  /// Brings the bytes to disk and gives the file its name.
  ///
  /// - Parameter durably: Whether a power loss must not undo it: costs a trip to the disk, for every file. Without, call
  ///   ``FileSystem/synchronizeAll()`` after many files.
  /// - Throws: ``FileError``; the temporary file is then removed.
  package func commit(durably: Bool = true) throws(FileError) {
    guard !durably || fsync(descriptor) == 0 else {
      throw FileError(path: path, operation: "write it", code: errno)
    }
    guard rename(temporary, path) == 0 else {
      throw FileError(path: path, operation: "create it", code: errno)
    }
    close(descriptor)
    descriptor = -1
    if durably { FileSystem.synchronizeFolder(of: path) }
  }
}

/// Small services of the file system.
package enum FileSystem {
  /// Brings everything to disk that has been written: for after many files that were not brought there one by one.
  package static func synchronizeAll() { sync() }

  /// Brings a rename to disk. Where the system cannot, the name still is right until the machine fails.
  package static func synchronizeFolder(of path: String) {
    let descriptor = open(PathText.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
