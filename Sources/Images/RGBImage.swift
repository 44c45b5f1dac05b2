private import CImageCodecs

/// A decoded image: 8-bit red, green and blue, rows from top to bottom.
///
/// Copies share the pixels, which are constant while an image refers to them.
package struct RGBImage: Sendable {
  /// The number of pixels in a row.
  package let width: Int
  /// The number of rows.
  package let height: Int
  private let storage: PixelStorage

  init(width: Int, height: Int, storage: PixelStorage) {
    (self.width, self.height, self.storage) = (width, height, storage)
  }

  /// Creates an image from red, green and blue bytes, pixel by pixel, row by row.
  ///
  /// - Precondition: There is at least one pixel and `rgb.count == 3 * width * height`.
  package init(width: Int, height: Int, rgb: [UInt8]) {
    precondition(width > 0 && height > 0, "an image of \(width)×\(height) has no pixels")
    precondition(rgb.count == 3 * width * height, "\(rgb.count) bytes for \(width)×\(height) pixels")
    let storage = PixelStorage(pixels: width * height)
    for pixel in 0..<width * height {
      for colour in 0..<3 { storage.bytes[4 * pixel + colour] = rgb[3 * pixel + colour] }
      storage.bytes[4 * pixel + 3] = 255
    }
    self.init(width: width, height: height, storage: storage)
  }

  /// A copy of the red, green and blue bytes, pixel by pixel, row by row.
  package var rgb: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * width * height) { out, count in
      withRGBX { pixels in
        for pixel in 0..<width * height {
          for colour in 0..<3 { out[3 * pixel + colour] = pixels[4 * pixel + colour] }
        }
      }
      count = 3 * width * height
    }
  }

  /// Calls `body` with the pixels, four bytes each (the fourth has no meaning), without gaps between rows.
  /// `IC_SLACK` further bytes are readable.
  func withRGBX<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R { body(UnsafePointer(storage.bytes)) }
}

/// The pixels of an image, four bytes each, followed by the readable bytes that the resamplers need.
///
/// A decoder writes the pixels only while no image refers to them; otherwise they are constant.
final class PixelStorage: @unchecked Sendable {
  let bytes: UnsafeMutablePointer<UInt8>
  let pixels: Int

  init(pixels: Int) {
    self.pixels = pixels
    bytes = .allocate(capacity: 4 * pixels + Int(IC_SLACK))
    (bytes + 4 * pixels).initialize(repeating: 0, count: Int(IC_SLACK))
  }
  deinit { bytes.deallocate() }
}
