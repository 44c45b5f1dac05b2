import Machine

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// Reads whole images into a buffer that is reused, and keeps the archive it last read from open: the images of an
/// archive come in long runs.
struct ImageFile: ~Copyable {
  /// No photograph comes near it; a mistaken path to an archive or a checkpoint does.
  static let maximumBytes = 1 << 28

  private var archive: [UInt8] = []
  private var descriptor: Int32 = -1

  init() {}
  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Reads an image's bytes.
  ///
  /// - Parameters:
  ///   - location: Where they are.
  ///   - buffer: Where they go.
  /// - Returns: The bytes, valid until `buffer` is used again.
  /// - Throws: `ImageError` if they cannot be read, are implausibly many, or lie in an archive that was written to
  ///   since it was indexed.
  mutating func read(
    _ location: ImageLocation, into buffer: inout ScratchBuffer
  ) throws(ImageError) -> UnsafeRawBufferPointer {
    guard let range = location.range else {
      let descriptor = try Self.open(location)
      defer { close(descriptor) }
      let size = Int(try Self.status(of: descriptor, location).st_size)
      return try Self.read(0..<size, of: descriptor, location, into: &buffer)
    }
    if descriptor < 0 || archive != location.path {
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
      descriptor = try Self.open(location)
      archive = location.path
    }
    guard FileVersion(try Self.status(of: descriptor, location)) == location.version else {
      throw ImageError(
        path: location.name, fault: .unreadable,
        reason: "its archive was written to since the images in it were listed; start again")
    }
    let bytes = try Self.read(range, of: descriptor, location, into: &buffer)
    guard bytes.count == range.count else {
      throw ImageError(path: location.name, fault: .badData, reason: "its archive ends before the image does")
    }
    return bytes
  }

  private static func open(_ location: ImageLocation) throws(ImageError) -> Int32 {
    // Not blocking: opening a named pipe without a writer must not hang before it is refused.
    let descriptor = (location.path + [0]).withUnsafeBytes { path in
      path.bindMemory(to: CChar.self).baseAddress.map { openFile($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }
    guard let descriptor, descriptor >= 0 else { throw failure(location, errno) }
    return descriptor
  }

  private static func status(of descriptor: Int32, _ location: ImageLocation) throws(ImageError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(location, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw ImageError(
        path: location.name, fault: .unreadable,
        reason: isFolder ? "this is a folder, not an image" : "this is not a regular file")
    }
    return status
  }

  private static func read(
    _ range: Range<Int>, of descriptor: Int32, _ location: ImageLocation, into buffer: inout ScratchBuffer
  ) throws(ImageError) -> UnsafeRawBufferPointer {
    let size = range.count
    guard size <= maximumBytes else {
      throw ImageError(
        path: location.name, fault: .tooLarge,
        reason: "the file has \(size) bytes; images of more than \(maximumBytes) are not read")
    }
    let bytes = buffer.reserve(size)
    var count = 0
    while count < size, let start = bytes.baseAddress {
      let step = pread(descriptor, start + count, size - count, off_t(range.lowerBound + count))
      if step < 0 && errno == EINTR { continue }
      guard step >= 0 else { throw failure(location, errno) }
      if step == 0 { break }  // the file shrank meanwhile
      count += step
    }
    return UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  /// What the system's number for an error means for an image.
  static func failure(_ location: ImageLocation, _ code: Int32) -> ImageError {
    if code == EMFILE || code == ENFILE {
      return ImageError(
        path: location.name, fault: .tooManyFiles,
        reason: "too many files are open to read it; raise the limit (ulimit -n), or use fewer threads")
    }
    if code == ENOENT || code == ENOTDIR {
      return ImageError(path: location.name, fault: .missing, reason: "there is no such file")
    }
    return ImageError(
      path: location.name, fault: .unreadable, reason: "it cannot be read: \(String(cString: strerror(code)))"
    )
  }
}

/// `open`, by a name that the methods above do not hide.
private func openFile(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 { open(path, flags) }
