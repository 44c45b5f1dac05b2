internal import CImageCodecs

extension RGBImage {
  /// Encodes the image as a PNG file with 8-bit RGB. Equal images give equal bytes with the same versions of
  /// libpng and zlib.
  ///
  /// - Throws: `ImageError` of kind `tooLarge` when memory is insufficient. The error calls the image `name`.
  package func png(name: String) throws(ImageError) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = withRGBX { ic_png_encode($0, width, height, &bytes, &count) }
    defer { ic_free(bytes) }
    guard status == IC_OK, let bytes else {
      throw ImageError(path: name, fault: .tooLarge, reason: "there is not enough memory to encode it")
    }
    return [UInt8](UnsafeBufferPointer(start: bytes, count: count))
  }
}
