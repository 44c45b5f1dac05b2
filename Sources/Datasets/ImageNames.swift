/// The kinds of files, according to their names.
enum ImageNames {
  /// The extensions of images in torchvision's `ImageFolder`, without regard to case. Rows therefore match
  /// its rows: a file that this program cannot decode is reported, not silently omitted.
  static let extensions = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]
  private static let suffixes = extensions.map { Array(".\($0)".utf8) }

  /// Whether the name of a file has an image extension.
  static func isImage(_ name: ArraySlice<UInt8>) -> Bool { suffixes.contains { ends(name, in: $0) } }

  /// Whether the name of a file ends in `.tar`.
  static func isArchive(_ name: ArraySlice<UInt8>) -> Bool { ends(name, in: Array(".tar".utf8)) }

  private static func ends(_ name: ArraySlice<UInt8>, in suffix: [UInt8]) -> Bool {
    name.count >= suffix.count
      && zip(name.suffix(suffix.count), suffix).allSatisfy { byte, wanted in
        byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte + 32 == wanted
      }
  }
}
