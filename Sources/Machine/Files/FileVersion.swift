#if canImport(Glibc)
  package import Glibc
#elseif canImport(Musl)
  package import Musl
#else
  package import Darwin
#endif

/// The length and modification time of a file, which show whether the file was written to.
package struct FileVersion: Hashable, Sendable {
  /// The file's length in bytes.
  package let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// The version of an open file; `nil` if it is not a regular file.
  package init?(_ file: Descriptor) {
    guard let status = try? file.status(), status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  package init(_ status: stat) {
    size = Int(status.st_size)
    #if canImport(Darwin)
      (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
    #else
      (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
    #endif
  }
}
