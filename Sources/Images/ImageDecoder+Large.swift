private import CImageCodecs
private import Synchronization

/// Images too large to hold: their rows are resized as they are decoded.
extension ImageDecoder {
  /// Images of more pixels are never in memory as a whole if their format allows it.
  package static let largePixels = 1 << 22
  /// What is kept of a large image that comes in several scans or passes is at most this; one at a time is decoded.
  package static let heldBytes = 1 << 30

  /// One large image that has to be kept, of all threads.
  private static let turn = Mutex(())

  /// Decodes a file or an image in an archive; `nil` for one so large that ``decodeLarge(_:with:layout:into:)`` should.
  ///
  /// - Throws: As ``decode(contentsOf:)``.
  package func decodeUnlessLarge(_ location: ImageLocation) throws(ImageError) -> RGBImage? {
    let (bytes, name) = (try read(location), location.name)
    let size =
      switch try format(of: bytes, name: name) {
      case .jpeg: try openJPEG(bytes, name: name).size
      case .png: try openPNG(bytes, name: name).size
      }
    return try pixels(size, name: name) > Self.largePixels ? nil : decode(bytes, name: name)
  }

  /// Decodes and preprocesses a large image: the same numbers as one after the other.
  ///
  /// - Parameters:
  ///   - location: Where its bytes are.
  ///   - preprocessor: What becomes of the pixels.
  ///   - layout: The order of the elements.
  ///   - output: Where they go.
  /// - Throws: As ``decode(contentsOf:)``; also when more than ``heldBytes`` would have to be kept.
  package func decodeLarge(
    _ location: ImageLocation, with preprocessor: Preprocessor, layout: Preprocessor.Layout,
    into output: UnsafeMutableBufferPointer<Float>
  ) throws(ImageError) {
    let (bytes, name) = (try read(location), location.name)
    switch try format(of: bytes, name: name) {
    case .jpeg:
      let (jpeg, size) = try openJPEG(bytes, name: name)
      _ = try pixels(size, name: name)
      func decode() throws(ImageError) {
        try stream(size, preprocessor, layout, output) { (pixels, count) throws(ImageError) in
          let status = ic_jpeg_next(jpeg, pixels, count)
          guard status == IC_OK else { throw failure(name, status, String(cString: ic_jpeg_message(jpeg))) }
        }
      }
      guard ic_jpeg_has_scans(jpeg, Self.heldBytes) || size.width > Self.largePixels else {
        return try decode()
      }
      try Self.turn.withLock { _ throws(ImageError) in try decode() }
    case .png:
      let (png, size) = try openPNG(bytes, name: name)
      _ = try pixels(size, name: name)
      // A row may be an image by itself.
      guard !ic_png_is_interlaced(png), size.width <= Self.largePixels else {
        return try Self.turn.withLock { _ throws(ImageError) in
          preprocessor.apply(to: try self.decode(bytes, name: name), layout: layout, into: output)
        }
      }
      try stream(size, preprocessor, layout, output) { (pixels, count) throws(ImageError) in
        let status = ic_png_next(png, pixels, count)
        guard status == IC_OK else { throw failure(name, status, String(cString: ic_png_message(png))) }
      }
    }
  }

  /// Resizes rows as they come, then decodes those behind the last that counts: they may be damaged.
  private func stream(
    _ size: ic_size, _ preprocessor: Preprocessor, _ layout: Preprocessor.Layout,
    _ output: UnsafeMutableBufferPointer<Float>,
    next: (UnsafeMutablePointer<UInt8>, Int) throws(ImageError) -> Void
  ) throws(ImageError) {
    var strip = RowStrip(width: size.width, height: size.height)
    try preprocessor.apply(
      width: size.width, height: size.height,
      rows: { (wanted) throws(ImageError) in try strip.rows(wanted, decode: next) }, layout: layout,
      into: output)
    try strip.finish(decode: next)
  }
}
