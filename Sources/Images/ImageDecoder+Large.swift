private import CImageCodecs
private import Synchronization

/// Decoding of images too large for memory: the rows are resized while they are decoded.
extension ImageDecoder {
  /// The number of pixels above which an image is never held in memory as a whole, if its format allows this.
  package static let largePixels = 1 << 22
  /// The most bytes kept of a large image with several scans or passes. Only one such image is decoded at a
  /// time.
  package static let heldBytes = 1 << 30

  /// A lock for decoding a large image that has to be kept, shared by all threads.
  private static let turn = Mutex(())

  /// Decodes a file or an image in an archive. Returns `nil` for a large image, which
  /// ``decodeLarge(_:with:layout:into:)`` decodes.
  ///
  /// - Throws: The errors of ``decode(contentsOf:)``.
  package func decodeUnlessLarge(_ location: ImageLocation) throws(ImageError) -> RGBImage? {
    let (bytes, name) = (try read(location), location.name)
    let size =
      switch try format(of: bytes, name: name) {
      case .jpeg: try openJPEG(bytes, name: name).size
      case .png: try openPNG(bytes, name: name).size
      }
    return try pixels(size, name: name) > Self.largePixels ? nil : decode(bytes, name: name)
  }

  /// Decodes and preprocesses a large image. The numbers equal those of decoding followed by preprocessing.
  ///
  /// - Parameters:
  ///   - location: The location of the image's bytes.
  ///   - preprocessor: The preprocessing of the pixels.
  ///   - layout: The order of the elements.
  ///   - output: The destination.
  /// - Throws: The errors of ``decode(contentsOf:)``; also an error when more than ``heldBytes`` would have
  ///   to be kept.
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
      // A single row may have as many pixels as a large image.
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

  /// Resizes rows as they are decoded. Then decodes the rows after the last one needed, because they may be
  /// damaged.
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
