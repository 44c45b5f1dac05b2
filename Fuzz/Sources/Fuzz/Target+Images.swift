@testable import Images
@testable import Machine

extension Target {
  static let images = [
    Target("jpeg") { try picture(of: $0, [0xFF, 0xD8, 0xFF]) },
    Target("png") { try picture(of: $0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) },
  ]

  /// Images that take longer than a moment teach nothing: the limit itself has its own tests.
  private static let maximumPixels = 1 << 18

  /// Decodes, makes a network's input of it and the picture people see; buffers live on from input to input, as a
  /// worker's do.
  private static func picture(of bytes: ByteRegion, _ start: [UInt8]) throws {
    guard bytes.matches(start) else { return }
    try bytes.withUnsafeBytes { bytes in
      let image = try Buffers.decoder.decode(bytes, name: "image")
      for resampler in Resampler.available {
        for pillow in PillowVersion.allCases {
          let preprocessor = Preprocessor(Buffers.preprocessing, pillow: pillow, resampler: resampler)
          preprocessor.apply(to: image, layout: .channelsLast, into: Buffers.input)
        }
      }
    }
    try bytes.withUnsafeBytes { bytes in _ = try Buffers.display.picture(of: bytes, name: "image") }
  }

  /// One process fuzzes on one thread.
  private enum Buffers {
    nonisolated(unsafe) static let decoder = ImageDecoder(maximumPixels: maximumPixels)
    nonisolated(unsafe) static let display = DisplayTransform(
      resize: 40, crop: 33, resampler: Resampler.available[0])
    static let preprocessing = Preprocessing(
      resize: 37, filter: .bicubic, crop: 29, channelOrder: .bgr, normalization: .offset([1, 2, 3]))
    nonisolated(unsafe) static let input = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * 29 * 29)
  }
}
