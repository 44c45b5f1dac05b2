package import Glibc
private import SystemPackage

/// An open file descriptor. It is closed when the last reference to it is released.
///
/// System calls that a signal interrupts (`EINTR`) are repeated.
package final class Descriptor: Sendable {
  /// The mode in which a file is opened. A file that is created is readable and writable for every user whom
  /// the umask allows.
  package enum Mode: Sendable {
    /// Reads an existing file.
    case read
    /// Reads as ``read``, without waiting for the writer of a pipe (`O_NONBLOCK`). Regular files are not
    /// affected.
    case readWithoutWaiting
    /// Opens a folder, to synchronise it.
    case readFolder
    /// Writes to an existing file.
    case write
    /// Reads and writes an existing file.
    case update
    /// Reads and writes as ``update``, and creates a missing file.
    case updateOrCreate
    /// Reads and writes as ``updateOrCreate``, and truncates the file.
    case replace
    /// Writes to a new file. Fails if the file exists.
    case createNew
  }

  private let file: FileDescriptor
  private let isOwned: Bool

  /// Opens a file. `path` can encode any bytes (see ``PathText``).
  package convenience init(_ path: String, _ mode: Mode) throws(SystemError) {
    try self.init(PathText.bytes(of: path), mode)
  }

  /// Opens a file. Bytes after a NUL are not part of its path.
  package init(_ path: [UInt8], _ mode: Mode) throws(SystemError) {
    let (access, options) = mode.flags
    file = try Self.call {
      try path.withPath { path in
        Result {
          try FileDescriptor.open(
            path, access, options: options.union(.closeOnExec),
            permissions: options.contains(.create) ? FilePermissions(rawValue: 0o666) : nil)
        }
      }.get()
    }
    isOwned = true
  }

  /// Wraps a standard stream, number 0 to 2. The stream is never closed.
  package init(standard number: Int32) { (file, isOwned) = (FileDescriptor(rawValue: number), false) }

  deinit { if isOwned { try? file.close() } }

  /// The number of the file descriptor.
  package var number: Int32 { file.rawValue }

  private static func call<R>(_ body: () throws -> R) throws(SystemError) -> R {
    do { return try body() } catch { throw SystemError(code: (error as? Errno)?.rawValue ?? EIO) }
  }
}

extension Descriptor {
  /// Reads at the current file position.
  ///
  /// - Returns: The number of bytes; 0 at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try Self.call { try file.read(into: buffer) }
  }

  /// Reads at an offset, as many bytes as one system call returns.
  ///
  /// - Returns: The number of bytes; 0 at the end of the file.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try Self.call { try file.read(fromAbsoluteOffset: Int64(offset), into: buffer) }
  }

  /// Reads at an offset until the buffer is full or the file ends.
  ///
  /// - Returns: The number of bytes.
  package func readAll(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try read(at: offset + done, into: rest)
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Returns `count` bytes from an offset on, or fewer if the file ends before.
  package func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
      try readAll(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - found)
    return bytes
  }

  /// Writes at the current file position, as many bytes as one system call accepts.
  ///
  /// - Returns: The number of bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try Self.call { try file.write(bytes) }
  }

  /// Writes all bytes at the current file position, with as many system calls as necessary.
  package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try writeAll(bytes) { (rest, _) throws(SystemError) in try write(rest) }
  }

  /// Writes all bytes at an offset, with as many system calls as necessary.
  package func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
    try writeAll(bytes) { (rest, done) throws(SystemError) in
      try Self.call { try file.write(toAbsoluteOffset: Int64(offset + done), rest) }
    }
  }

  private func writeAll(
    _ bytes: UnsafeRawBufferPointer,
    _ write: (_ rest: UnsafeRawBufferPointer, _ done: Int) throws(SystemError) -> Int
  ) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let count = try write(UnsafeRawBufferPointer(rebasing: bytes[done...]), done)
      // A call that writes nothing and reports no error would be repeated forever.
      guard count > 0 else { throw SystemError(code: 0) }
      done += count
    }
  }

  /// Sets the length of the file in bytes.
  package func resize(to count: Int) throws(SystemError) {
    try Self.call { try file.resize(to: Int64(count)) }
  }

  /// Forces the file to the disk.
  package func synchronize() throws(SystemError) {
    guard fsync(number) == 0 else { throw SystemError(code: errno) }
  }

  /// Forces the file's bytes to the disk, and only the metadata that is necessary to read them (`fdatasync`).
  package func synchronizeBytes() throws(SystemError) {
    guard fdatasync(number) == 0 else { throw SystemError(code: errno) }
  }

  /// Returns the file's `stat`.
  package func status() throws(SystemError) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw SystemError(code: errno) }
    return status
  }
}

extension Descriptor.Mode {
  fileprivate var flags: (FileDescriptor.AccessMode, FileDescriptor.OpenOptions) {
    switch self {
    case .read: (.readOnly, [])
    case .readWithoutWaiting: (.readOnly, .nonBlocking)
    case .readFolder: (.readOnly, .directory)
    case .write: (.writeOnly, [])
    case .update: (.readWrite, [])
    case .updateOrCreate: (.readWrite, .create)
    case .replace: (.readWrite, [.create, .truncate])
    case .createNew: (.writeOnly, [.create, .exclusiveCreate])
    }
  }
}
