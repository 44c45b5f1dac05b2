import Images
import TestSupport
import Testing

@Suite("JPEG files")
struct JPEGEncoderTests {
  @Test(
    "a decoded image equals the original up to the loss of its quality",
    arguments: [(1, 1), (1, 40), (17, 3), (96, 96), (201, 77)])
  func roundTrip(width: Int, height: Int) throws {
    // Slowly varying pixels, which JPEG compresses well.
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        pixels += [UInt8(128 + x / 2), UInt8(60 + y / 2), 90]
      }
    }
    let image = RGBImage(width: width, height: height, rgb: pixels)
    var sizes: [Int] = []
    for (quality, bound) in [(95, 2.5), (85, 4.0), (20, 12.0)] {
      let bytes = try image.jpeg(quality: quality, name: "test")
      #expect(try image.jpeg(quality: quality, name: "test") == bytes)
      sizes.append(bytes.count)
      let decoded = try bytes.withUnsafeBytes { try ImageDecoder().decode($0, name: "test") }
      #expect(decoded.width == width && decoded.height == height)
      let squares = zip(decoded.rgb, pixels).reduce(0.0) { sum, pair in
        let difference = Double(pair.0) - Double(pair.1)
        return sum + difference * difference
      }
      #expect((squares / Double(pixels.count)).squareRoot() < bound, "quality \(quality)")
    }
    #expect(sizes == sizes.sorted(by: >))
  }

  @Test("noise, which does not compress, fits the buffer")
  func noise() throws {
    var random = SplitMix(seed: 5)
    let pixels = (0..<3 * 65 * 64).map { _ in UInt8.random(in: 0...255, using: &random) }
    let bytes = try RGBImage(width: 65, height: 64, rgb: pixels).jpeg(quality: 100, name: "noise")
    #expect(try bytes.withUnsafeBytes { try ImageDecoder().decode($0, name: "noise") }.width == 65)
  }

  @Test("a side too long for JPEG is an error that names the image")
  func tooLong() {
    let image = RGBImage(width: 65_501, height: 1, rgb: [UInt8](repeating: 7, count: 3 * 65_501))
    let error = #expect(throws: ImageError.self) { try image.jpeg(quality: 85, name: "long.png") }
    #expect(error?.fault == .tooLarge && error?.path == "long.png")
  }
}
