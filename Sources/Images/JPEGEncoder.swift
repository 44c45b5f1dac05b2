private import CImageCodecs

extension RGBImage {
  /// Encodes the image as a baseline JPEG file with 4:2:0 chroma subsampling. Equal images give equal bytes
  /// with the same version of libjpeg-turbo.
  ///
  /// - Parameters:
  ///   - quality: libjpeg's quality, 1 to 100.
  ///   - name: The name of the image in errors.
  /// - Returns: The bytes of the file.
  /// - Throws: `ImageError` of kind `tooLarge` when a side is longer than 65,500 pixels or memory is
  ///   insufficient.
  package func jpeg(quality: Int, name: String) throws(ImageError) -> [UInt8] {
    var status = IC_OK
    let limit = ic_jpeg_encoded_limit(width, height)
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { out, count in
      guard let base = out.baseAddress else { return }
      withRGBX { pixels in
        status = ic_jpeg_encode(
          pixels, width, height, Int32(min(max(quality, 1), 100)), base, limit, &count)
        if status != IC_OK { count = 0 }
      }
    }
    guard status == IC_OK else {
      throw ImageError(
        path: name, fault: .tooLarge,
        reason: status == IC_OUT_OF_MEMORY
          ? "there is not enough memory to encode it"
          : "\(width)×\(height) pixels are too many for a JPEG file")
    }
    return bytes
  }
}
