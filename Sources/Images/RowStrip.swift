/// A window of an image's rows, decoded from the top, as many at a time as the consumer needs together.
struct RowStrip: ~Copyable {
  /// The approximate number of pixels decoded at a time.
  private static let stripPixels = 1 << 18

  private let width: Int
  private let height: Int
  private let stripRows: Int
  private var storage: PixelStorage
  private var held = 0..<0

  /// Creates a strip of an image of `width` × `height` pixels.
  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    stripRows = max(min(Self.stripPixels / width, height), 1)
    storage = PixelStorage(pixels: width * stripRows)
  }

  /// Returns a range of rows, four bytes per pixel, without gaps, followed by `IC_SLACK` readable bytes.
  ///
  /// - Parameters:
  ///   - wanted: The range. It may not begin above the previous range.
  ///   - decode: Writes the given number of rows, the next ones of the image.
  /// - Returns: The address of the first row, valid until the next call.
  /// - Throws: The error that `decode` throws.
  mutating func rows<E: Error>(
    _ wanted: Range<Int>, decode: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> Void
  ) throws(E) -> UnsafePointer<UInt8> {
    while held.upperBound < wanted.upperBound { try advance(keeping: wanted.lowerBound, decode) }
    return UnsafePointer(storage.bytes + 4 * width * (wanted.lowerBound - held.lowerBound))
  }

  /// Decodes the remaining rows.
  ///
  /// - Throws: The error that `decode` throws.
  mutating func finish<E: Error>(
    decode: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> Void
  ) throws(E) {
    while held.upperBound < height { try advance(keeping: height, decode) }
  }

  /// Decodes one strip and appends it to the rows that are kept.
  private mutating func advance<E: Error>(
    keeping row: Int, _ decode: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> Void
  ) throws(E) {
    let kept = max(held.lowerBound, min(row, held.upperBound))..<held.upperBound
    let count = min(stripRows, height - held.upperBound)
    let source = storage.bytes + 4 * width * (kept.lowerBound - held.lowerBound)
    if width * (kept.count + count) > storage.pixels {
      let larger = PixelStorage(pixels: width * (kept.count + count))
      larger.bytes.update(from: source, count: 4 * width * kept.count)
      storage = larger
    } else {
      storage.bytes.update(from: source, count: 4 * width * kept.count)
    }
    try decode(storage.bytes + 4 * width * kept.count, count)
    held = kept.lowerBound..<held.upperBound + count
  }
}
