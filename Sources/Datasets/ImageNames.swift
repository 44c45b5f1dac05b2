/// What names say of files.
enum ImageNames {
  /// The extensions torchvision's `ImageFolder` takes for images, whatever their case. Rows then match its rows; a
  /// file this program cannot decode is reported as such rather than silently left out.
  static let extensions = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]
  private static let suffixes = extensions.map { Array(".\($0)".utf8) }

  /// Whether a file is taken for an image.
  static func isImage(_ name: ArraySlice<UInt8>) -> Bool { suffixes.contains { ends(name, in: $0) } }

  /// Whether a file is taken for a tar file.
  static func isArchive(_ name: ArraySlice<UInt8>) -> Bool { ends(name, in: Array(".tar".utf8)) }

  private static func ends(_ name: ArraySlice<UInt8>, in suffix: [UInt8]) -> Bool {
    name.count >= suffix.count
      && zip(name.suffix(suffix.count), suffix).allSatisfy { byte, wanted in
        byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte + 32 == wanted
      }
  }
}
