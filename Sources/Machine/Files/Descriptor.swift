package import Glibc
private import SystemPackage

/// An open file: closed when nothing refers to it any more.
///
/// Calls that a signal interrupts are made again.
package final class Descriptor: Sendable {
  /// How a file is opened. A file that is created can be read and written by everyone whom the user's mask lets.
  package enum Mode: Sendable {
    /// To read what is there.
    case read
    /// As ``read``, without waiting for the writer of a pipe; regular files do not care.
    case readWithoutWaiting
    /// A folder, to synchronise it.
    case readFolder
    /// To write to what is there.
    case write
    /// To read and write what is there.
    case update
    /// As ``update``; created where nothing is there.
    case updateOrCreate
    /// As ``updateOrCreate``, and emptied.
    case replace
    /// To write to a file that must not be there yet.
    case createNew
  }

  private let file: FileDescriptor
  private let isOwned: Bool

  /// Opens a file; `path` may hold any bytes (see ``PathText``).
  package convenience init(_ path: String, _ mode: Mode) throws(SystemError) {
    try self.init(PathText.bytes(of: path), mode)
  }

  /// Opens a file; what is behind a NUL is not part of its path.
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

  /// One of the streams that a program is started with: 0 to 2. It is never closed.
  package init(standard number: Int32) { (file, isOwned) = (FileDescriptor(rawValue: number), false) }

  deinit { if isOwned { try? file.close() } }

  /// The system's number of it.
  package var number: Int32 { file.rawValue }

  private static func call<R>(_ body: () throws -> R) throws(SystemError) -> R {
    do { return try body() } catch { throw SystemError(code: (error as? Errno)?.rawValue ?? EIO) }
  }
}

extension Descriptor {
  /// Reads from where the last read ended.
  ///
  /// - Returns: The number of bytes, 0 at the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try Self.call { try file.read(into: buffer) }
  }

  /// Reads from an offset, as much as the system gives at once.
  ///
  /// - Returns: The number of bytes, 0 at the end.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try Self.call { try file.read(fromAbsoluteOffset: Int64(offset), into: buffer) }
  }

  /// Reads from an offset until the buffer is full or the file ends.
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

  /// The bytes from an offset on, fewer than asked for only at the end.
  package func bytes(at offset: Int, count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
      try readAll(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - found)
    return bytes
  }

  /// Writes where the last write ended, as much as the system takes at once.
  ///
  /// - Returns: The number of bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try Self.call { try file.write(bytes) }
  }

  /// Writes all bytes where the last write ended, however many calls it takes.
  package func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try writeAll(bytes) { (rest, _) throws(SystemError) in try write(rest) }
  }

  /// Writes all bytes at an offset, however many calls it takes.
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
      // A system that takes nothing and does not say why would be asked for ever.
      guard count > 0 else { throw SystemError(code: 0) }
      done += count
    }
  }

  /// Makes the file so many bytes long.
  package func resize(to count: Int) throws(SystemError) {
    try Self.call { try file.resize(to: Int64(count)) }
  }

  /// Forces the file to the disk.
  package func synchronize() throws(SystemError) {
    guard fsync(number) == 0 else { throw SystemError(code: errno) }
  }

  /// Forces the file's bytes to the disk, and of what the system knows about it only what finds them again.
  package func synchronizeBytes() throws(SystemError) {
    guard fdatasync(number) == 0 else { throw SystemError(code: errno) }
  }

  /// What the system knows about the file.
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
