package import Machine

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
