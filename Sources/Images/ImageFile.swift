import Machine

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif

/// Reads whole images into a reused buffer. The archive that was read last stays open, because consecutive
/// images are usually in the same archive.
struct ImageFile: ~Copyable {
  /// The largest size of an image file. Photographs are far smaller; an archive or a checkpoint given by
  /// mistake is larger.
  static let maximumBytes = 1 << 28

  private var archive: [UInt8] = []
  private var file: Descriptor?

  init() {}

  /// Reads an image's bytes.
  ///
  /// - Parameters:
  ///   - location: The location of the bytes.
  ///   - buffer: The destination.
  /// - Returns: The bytes, valid until `buffer` is used again.
  /// - Throws: `ImageError` if the bytes cannot be read, are more than ``maximumBytes``, or are in an archive
  ///   that has been modified since it was indexed.
  mutating func read(
    _ location: ImageLocation, into buffer: inout ScratchBuffer
  ) throws(ImageError) -> UnsafeRawBufferPointer {
    guard let range = location.range else {
      let file = try Self.open(location)
      let size = Int(try Self.status(of: file, location).st_size)
      return try Self.read(0..<size, of: file, location, into: &buffer)
    }
    let file = try openArchive(location)
    guard FileVersion(try Self.status(of: file, location)) == location.version else {
      throw ImageError(
        path: location.name, fault: .unreadable,
        reason: "its archive was written to since the images in it were listed; start again")
    }
    let bytes = try Self.read(range, of: file, location, into: &buffer)
    guard bytes.count == range.count else {
      throw ImageError(path: location.name, fault: .badData, reason: "its archive ends before the image does")
    }
    return bytes
  }

  /// The archive that an image lies in, open.
  private mutating func openArchive(_ location: ImageLocation) throws(ImageError) -> Descriptor {
    if let file, archive == location.path { return file }
    // The one before is closed first: there may be no room for two.
    file = nil
    let opened = try Self.open(location)
    (file, archive) = (opened, location.path)
    return opened
  }

  private static func open(_ location: ImageLocation) throws(ImageError) -> Descriptor {
    // Opening a named pipe without a writer must not hang before it is refused.
    do { return try Descriptor(location.path, .readWithoutWaiting) } catch {
      throw failure(location, error.code)
    }
  }

  private static func status(of file: Descriptor, _ location: ImageLocation) throws(ImageError) -> stat {
    let status: stat
    do { status = try file.status() } catch { throw failure(location, error.code) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw ImageError(
        path: location.name, fault: .unreadable,
        reason: isFolder ? "this is a folder, not an image" : "this is not a regular file")
    }
    return status
  }

  private static func read(
    _ range: Range<Int>, of file: Descriptor, _ location: ImageLocation, into buffer: inout ScratchBuffer
  ) throws(ImageError) -> UnsafeRawBufferPointer {
    let size = range.count
    guard size <= maximumBytes else {
      throw ImageError(
        path: location.name, fault: .tooLarge,
        reason: "the file has \(size) bytes; images of more than \(maximumBytes) are not read")
    }
    let bytes = buffer.reserve(size)
    do {
      // Fewer where the file shrank meanwhile.
      let count = try file.readAll(
        at: range.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<size]))
      return UnsafeRawBufferPointer(rebasing: bytes[..<count])
    } catch { throw failure(location, error.code) }
  }

  /// Returns the image error for an errno value.
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
