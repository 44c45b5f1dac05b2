package import Machine

/// The location of an image's bytes: a file, or a byte range of an archive.
package struct ImageLocation: Hashable, Sendable {
  /// The name of the image in errors.
  package let name: String
  /// The path of the file as the file system's bytes, in no particular encoding.
  let path: [UInt8]
  /// The byte range of the image in an archive, `nil` for a file of its own.
  package let range: Range<Int>?
  /// The version of the archive for which the range is valid.
  let version: FileVersion?

  /// Creates the location of a file.
  package init(path: String) { self.init(path: PathText.bytes(of: path), name: PathText.shown(path)) }

  /// Creates the location of a file whose path may be any bytes.
  package init(path: [UInt8], name: String) {
    (self.path, self.name, range, version) = (path, name, nil, nil)
  }

  /// Creates the location of a byte range in an archive.
  package init(path: [UInt8], range: Range<Int>, of version: FileVersion, name: String) {
    (self.path, self.name, self.range, self.version) = (path, name, range, version)
  }
}
