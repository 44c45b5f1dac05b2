private import Glibc

/// A file that could not be opened, read or written, and why.
package struct FileError: Error, Sendable, CustomStringConvertible {
  package let path: String
  package let operation: String
  /// The system's error number, or 0 where the fault is not the system's.
  package let code: Int32

  package init(path: String, operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// Whether the file is not there (or a folder stands in its place).
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR || code == EISDIR }

  /// The system's words for the error.
  package var reason: String {
    code == 0 ? operation : "cannot \(operation): \(String(cString: strerror(code)))"
  }

  package var description: String { "\(path): \(reason)" }
}

/// A regular file mapped into memory, read-only, for as long as this object lives.
///
/// The file must not be truncated while it is mapped: as with any mapping, the system then kills the reader.
/// Whatever this package writes it renames into place, which leaves earlier mappings intact.
package final class MappedFile: @unchecked Sendable {
  // Sendable: the mapping is read-only and unmapped only in deinit.
  package let path: String
  private let bytes: UnsafeRawBufferPointer

  /// Maps a whole file.
  ///
  /// - Throws: ``FileError`` when it is missing, not a regular file or not readable.
  package init(_ path: String) throws(FileError) {
    // Not blocking, so that opening a pipe without a writer returns; regular files do not care.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: "open it", code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError(path: path, operation: "examine it", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(
        path: path, operation: isFolder ? "read it" : "it is not a regular file", code: isFolder ? EISDIR : 0)
    }
    let size = Int(status.st_size)
    self.path = path
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw FileError(path: path, operation: "map it", code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: base, count: size)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }

  /// The size of the file in bytes.
  package var count: Int { bytes.count }

  /// The whole file.
  package var region: ByteRegion { ByteRegion(bytes, owner: self) }
}
