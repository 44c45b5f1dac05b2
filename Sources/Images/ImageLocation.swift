internal import Tensor

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Where the bytes of an image are: a file of its own, or a stretch of an archive.
public struct ImageLocation: Hashable, Sendable {
  /// What errors call the image.
  public let name: String
  /// The path of the file, in the bytes of the file system: it promises no encoding.
  let path: [UInt8]
  /// The image's bytes in an archive; `nil` for a file that is the image.
  package let range: Range<Int>?
  /// The archive as it was when the range was found.
  let version: FileVersion?

  /// A file.
  public init(path: String) { self.init(path: PathText.bytes(of: path), name: PathText.shown(path)) }

  /// A file whose path may be any bytes.
  package init(path: [UInt8], name: String) {
    (self.path, self.name, range, version) = (path, name, nil, nil)
  }

  /// A stretch of an archive.
  package init(path: [UInt8], range: Range<Int>, of version: FileVersion, name: String) {
    (self.path, self.name, self.range, self.version) = (path, name, range, version)
  }
}

/// What tells that a file was written to: its length and when it last was.
package struct FileVersion: Hashable, Sendable {
  /// The file's length in bytes.
  package let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// The version of an open file, `nil` for what is not a regular file.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    size = Int(status.st_size)
    #if canImport(Darwin)
      (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
    #else
      (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
    #endif
  }
}
