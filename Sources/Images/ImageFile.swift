#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// Reads whole files into a buffer that is reused.
enum ImageFile {
  /// No photograph comes near it; a mistaken path to an archive or a checkpoint does.
  static let maximumBytes = 1 << 30

  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - buffer: Where the bytes go.
  /// - Returns: The bytes, valid until `buffer` is used again.
  /// - Throws: `ImageError` if the file cannot be read or is implausibly large.
  static func read(
    _ path: String, into buffer: inout ScratchBuffer
  ) throws(ImageError) -> UnsafeRawBufferPointer {
    // Not blocking: opening a named pipe without a writer must not hang before it is refused.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ImageError(path: path, kind: .unreadable, reason: "this is not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= maximumBytes else {
      throw ImageError(
        path: path, kind: .tooLarge,
        reason: "the file has \(size) bytes; images of more than \(maximumBytes) are not read")
    }

    let bytes = buffer.reserve(size)
    var count = 0
    while count < size, let start = bytes.baseAddress {
      let step = Self.read(descriptor, start + count, size - count)
      if step < 0 && errno == EINTR { continue }
      guard step >= 0 else { throw failure(path, errno) }
      if step == 0 { break }  // the file shrank meanwhile
      count += step
    }
    return UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  private static func read(_ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, start, count)
    #elseif canImport(Musl)
      Musl.read(descriptor, start, count)
    #else
      Darwin.read(descriptor, start, count)
    #endif
  }

  private static func failure(_ path: String, _ code: Int32) -> ImageError {
    if code == ENOENT || code == ENOTDIR {
      return ImageError(path: path, kind: .missing, reason: "there is no such file")
    }
    return ImageError(
      path: path, kind: .unreadable, reason: "it cannot be read: \(String(cString: strerror(code)))")
  }
}
