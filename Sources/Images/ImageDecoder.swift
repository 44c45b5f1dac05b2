internal import CImageCodecs
import Machine

/// Decodes JPEG and PNG files to the pixels of Pillow's `Image.open(file).convert("RGB")`.
///
/// The format is found by content, so a PNG named `.JPEG` decodes. EXIF orientation, colour profiles and
/// gamma are ignored, as in torchvision's loader. A damaged file is an error when Pillow raises one;
/// otherwise it decodes to Pillow's pixels. Buffers are reused: use one decoder per thread, and release an
/// image before the next is decoded.
package final class ImageDecoder {
  /// The largest number of pixels, Pillow's threshold for decompression bombs. A larger image is refused
  /// before memory is allocated.
  package static let maximumPixels = 178_956_970

  /// The versions of the decoding libraries, for provenance.
  package static let version =
    "libjpeg-turbo \(String(cString: ic_jpeg_version())), zlib \(String(cString: ic_png_version()))"

  /// Returns large freed blocks to the operating system, so that the memory of a process that decodes many
  /// images does not grow. Programs call this once at their start, because it changes the allocator of the
  /// whole process.
  package static func returnLargeBlocks() { ic_return_large_blocks() }

  private var reader = ImageFile()
  private var file = ScratchBuffer()
  private var storage: PixelStorage?
  private(set) var jpeg: OpaquePointer?
  private(set) var png: OpaquePointer?

  private let limit: Int

  /// Creates a decoder. Memory is allocated for the first image.
  package convenience init() { self.init(maximumPixels: Self.maximumPixels) }

  /// Creates a decoder that refuses images of more than `maximumPixels` pixels.
  package init(maximumPixels: Int) { limit = maximumPixels }

  deinit {
    ic_jpeg_destroy(jpeg)
    ic_png_destroy(png)
  }

  /// Decodes a file.
  ///
  /// - Parameter path: A JPEG or PNG file.
  /// - Returns: The image.
  /// - Throws: `ImageError` if the file is missing, unreadable, not an image, damaged where Pillow raises an
  ///   error too, or larger than `maximumPixels`.
  package func decode(contentsOf path: String) throws(ImageError) -> RGBImage {
    try decode(contentsOf: ImageLocation(path: path))
  }

  /// Decodes a file, or an image in an archive.
  ///
  /// - Parameter location: The location of the image's bytes.
  /// - Returns: The image.
  /// - Throws: The errors of ``decode(contentsOf:)-(String)``; also an error when the archive has been
  ///   modified since it was indexed.
  package func decode(contentsOf location: ImageLocation) throws(ImageError) -> RGBImage {
    try decode(reader.read(location, into: &file), name: location.name)
  }

  /// Decodes an image file in memory.
  ///
  /// - Parameters:
  ///   - bytes: The contents of a JPEG or PNG file.
  ///   - name: The name of the image in errors.
  /// - Returns: The image.
  /// - Throws: `ImageError` if the bytes are not an image, damaged where Pillow raises an error too, or
  ///   larger than `maximumPixels`.
  package func decode(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> RGBImage {
    switch try format(of: bytes, name: name) {
    case .jpeg: try readJPEG(bytes, name: name) { ic_jpeg_read($0, $1) }
    case .png: try readPNG(bytes, name: name) { ic_png_read($0, $1) }
    }
  }

  /// Decodes an image file in memory without converting its pixels to RGB.
  ///
  /// - Throws: `ImageError` under the conditions of ``decode(_:name:)``.
  func decodeStored(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> StoredImage {
    var stored = IC_STORED_RGB
    let pixels =
      switch try format(of: bytes, name: name) {
      case .jpeg: try readJPEG(bytes, name: name) { ic_jpeg_read_stored($0, $1, &stored) }
      case .png: try readPNG(bytes, name: name) { ic_png_read_stored($0, $1, &stored) }
      }
    return StoredImage(pixels: pixels, kind: stored)
  }

  /// Decodes a file without converting its pixels to RGB.
  ///
  /// - Throws: `ImageError` under the conditions of ``decode(contentsOf:)``.
  func decodeStored(contentsOf location: ImageLocation) throws(ImageError) -> StoredImage {
    try decodeStored(reader.read(location, into: &file), name: location.name)
  }

  /// Reads the bytes of an image. They are valid until the next call.
  func read(_ location: ImageLocation) throws(ImageError) -> UnsafeRawBufferPointer {
    try reader.read(location, into: &file)
  }

  enum Format { case jpeg, png }

  func format(of bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> Format {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    let reason =
      bytes.isEmpty
      ? "the file is empty" : "this is neither a JPEG nor a PNG file; convert it to one of these"
    throw ImageError(path: name, fault: .badData, reason: reason)
  }

  /// Reads the header of a JPEG file.
  func openJPEG(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> (decoder: OpaquePointer, size: ic_size) {
    if jpeg == nil { jpeg = ic_jpeg_create() }
    return try open(jpeg, bytes, name, ic_jpeg_open, ic_jpeg_message)
  }

  /// Reads the header of a PNG file.
  func openPNG(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws(ImageError) -> (decoder: OpaquePointer, size: ic_size) {
    if png == nil { png = ic_png_create() }
    return try open(png, bytes, name, ic_png_open, ic_png_message)
  }

  private typealias Pixels = (OpaquePointer, UnsafeMutablePointer<UInt8>) -> ic_status
  private typealias Message = (OpaquePointer) -> UnsafePointer<CChar>?

  private func open(
    _ decoder: OpaquePointer?, _ bytes: UnsafeRawBufferPointer, _ name: String,
    _ header: (OpaquePointer, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<ic_size>) -> ic_status,
    _ message: Message
  ) throws(ImageError) -> (decoder: OpaquePointer, size: ic_size) {
    guard let decoder else { throw failure(name, IC_OUT_OF_MEMORY, "") }
    var size = ic_size()
    let status = header(decoder, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &size)
    guard status == IC_OK else { throw failure(name, status, message(decoder)) }
    return (decoder, size)
  }

  private func readJPEG(
    _ bytes: UnsafeRawBufferPointer, name: String, _ pixels: Pixels
  ) throws(ImageError) -> RGBImage {
    try read(openJPEG(bytes, name: name), name, pixels, ic_jpeg_message)
  }

  private func readPNG(
    _ bytes: UnsafeRawBufferPointer, name: String, _ pixels: Pixels
  ) throws(ImageError) -> RGBImage {
    try read(openPNG(bytes, name: name), name, pixels, ic_png_message)
  }

  private func read(
    _ image: (decoder: OpaquePointer, size: ic_size), _ name: String, _ pixels: Pixels, _ message: Message
  ) throws(ImageError) -> RGBImage {
    let storage = try reserve(image.size, name: name)
    let status = pixels(image.decoder, storage.bytes)
    guard status == IC_OK else { throw failure(name, status, message(image.decoder)) }
    return RGBImage(width: image.size.width, height: image.size.height, storage: storage)
  }

  /// Returns the number of pixels of an image, or throws when the decoder refuses the size.
  func pixels(_ size: ic_size, name: String) throws(ImageError) -> Int {
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    guard !overflow, pixels > 0, pixels <= limit else {
      throw ImageError(
        path: name, fault: .tooLarge,
        reason:
          "the image claims \(size.width)×\(size.height) pixels; the limit is \(limit) in all")
    }
    return pixels
  }

  /// Returns memory for the pixels: the previous image's memory, unless that image is still referenced.
  private func reserve(_ size: ic_size, name: String) throws(ImageError) -> PixelStorage {
    let pixels = try pixels(size, name: name)
    if isKnownUniquelyReferenced(&storage), let storage, storage.pixels >= pixels { return storage }
    // Memory kept for later images has room for larger ones.
    guard 4 * pixels <= ScratchBuffer.keptBytes else {
      storage = nil
      return PixelStorage(pixels: pixels)
    }
    let fresh = PixelStorage(pixels: ScratchBuffer.roomy(4 * pixels) / 4)
    storage = fresh
    return fresh
  }

  func failure(_ name: String, _ status: ic_status, _ text: UnsafePointer<CChar>?) -> ImageError {
    let message = text.map { String(cString: $0) } ?? ""
    return failure(name, status, message)
  }

  func failure(_ name: String, _ status: ic_status, _ message: String) -> ImageError {
    switch status {
    case IC_TRUNCATED:
      ImageError(
        path: name, fault: .badData, reason: "the image file is truncated (\(message)); obtain it again")
    case IC_UNSUPPORTED:
      ImageError(path: name, fault: .badData, reason: "this kind of image is not supported: \(message)")
    case IC_OUT_OF_MEMORY:
      ImageError(path: name, fault: .tooLarge, reason: "there is not enough memory to decode it")
    default:
      ImageError(
        path: name, fault: .badData, reason: "the image file is damaged (\(message)); obtain it again")
    }
  }
}
