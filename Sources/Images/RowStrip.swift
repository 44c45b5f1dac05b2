/// Rows of an image that come out of a decoder from the top, as many at a time as somebody needs together.
struct RowStrip: ~Copyable {
  /// The pixels that are decoded at a time, about.
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

  /// The rows of a range, four bytes a pixel, without gaps; `IC_SLACK` bytes behind them are readable.
  ///
  /// - Parameters:
  ///   - wanted: Which. It may not begin above the range before.
  ///   - decode: Writes so many of the next rows.
  /// - Returns: Where the first of them is, valid until the next call.
  /// - Throws: What `decode` throws.
  mutating func rows<E: Error>(
    _ wanted: Range<Int>, decode: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> Void
  ) throws(E) -> UnsafePointer<UInt8> {
    while held.upperBound < wanted.upperBound { try advance(keeping: wanted.lowerBound, decode) }
    return UnsafePointer(storage.bytes + 4 * width * (wanted.lowerBound - held.lowerBound))
  }

  /// Decodes the rows that nobody asked for.
  ///
  /// - Throws: What `decode` throws.
  mutating func finish<E: Error>(
    decode: (UnsafeMutablePointer<UInt8>, Int) throws(E) -> Void
  ) throws(E) {
    while held.upperBound < height { try advance(keeping: height, decode) }
  }

  /// Decodes one strip behind the rows that are kept.
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
