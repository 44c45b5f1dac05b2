private import Glibc

/// A regular file that is memory-mapped, read-only, as long as this object lives. If its file system does not
/// support mappings, the file is read into memory.
///
/// The file must not be truncated while it is mapped: the system then kills the reader with SIGBUS. This
/// package renames all files it writes into place, which leaves earlier mappings intact.
package final class MappedFile: @unchecked Sendable {
  // Sendable because the mapping is read-only, and unmapped only in deinit.
  package let path: String
  private let bytes: UnsafeRawBufferPointer

  /// Maps a whole file.
  ///
  /// - Throws: ``Failure`` when the file is missing, not regular or not readable.
  package init(_ path: String) throws(Failure) {
    // Opened without blocking, so that a pipe without a writer returns at once. Regular files are not
    // affected.
    let (file, status): (Descriptor, stat)
    do { file = try Descriptor(path, .readWithoutWaiting) } catch {
      throw Failure(reading: path, cannot: "open it", code: error.code)
    }
    do { status = try file.status() } catch {
      throw Failure(reading: path, cannot: "examine it", code: error.code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      if status.st_mode & S_IFMT == S_IFDIR { throw Failure(reading: path, cannot: "read it", code: EISDIR) }
      throw Failure(.inputUnreadable, path: path, "it is not a regular file")
    }
    let size = Int(status.st_size)
    self.path = path
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let base = withExtendedLifetime(file) { mmap(nil, size, PROT_READ, MAP_PRIVATE, file.number, 0) }
    if let base, base != MAP_FAILED {
      bytes = UnsafeRawBufferPointer(start: base, count: size)
    } else if errno == ENOMEM {
      throw Failure(reading: path, cannot: "map it", code: ENOMEM)
    } else {
      bytes = try Self.read(size, of: file, path)
    }
  }

  /// Reads a whole file into anonymous memory, which is unmapped in the same way as a mapped file.
  private static func read(
    _ size: Int, of file: Descriptor, _ path: String
  ) throws(Failure) -> UnsafeRawBufferPointer {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let base =
      size <= memory
      ? mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : MAP_FAILED
    guard let base, base != MAP_FAILED else {
      throw Failure(
        .inputUnreadable, path: path,
        "its file system cannot map it, and its \(size) bytes do not fit into memory",
        remedy: "copy it to another file system")
    }
    let failure: Failure
    do {
      let memory = UnsafeMutableRawBufferPointer(start: base, count: size)
      if try file.readAll(at: 0, into: memory) == size { return UnsafeRawBufferPointer(memory) }
      failure = Failure(.inputUnreadable, path: path, "it became shorter while it was read")
    } catch { failure = Failure(reading: path, cannot: "read it", code: error.code) }
    munmap(base, size)
    throw failure
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }

  /// The size of the file in bytes.
  package var count: Int { bytes.count }

  /// The whole file.
  package var region: ByteRegion { ByteRegion(bytes, owner: self) }
}
