import Images
import TestSupport
import Testing

@Suite("Preprocessing")
struct PreprocessorTests {
  /// Returns an image of noise. Every pixel differs from its neighbours, so that a misplaced tap is noticed.
  static func noise(_ width: Int, _ height: Int) -> RGBImage {
    var generator = SplitMix(seed: UInt64(width * 65536 + height))
    return RGBImage(
      width: width, height: height,
      rgb: (0..<3 * width * height).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
  }

  static let sizes = [
    (1, 1), (1, 7), (5, 1), (2, 3), (4, 4), (31, 17), (224, 224), (256, 300), (500, 375), (375, 500),
    (1999, 260),
    (240, 1500), (1023, 771), (3000, 2100), (257, 600), (1001, 2999),
  ]

  @Test("Every instruction set gives the same bytes as the scalar code", arguments: sizes)
  func tiers(width: Int, height: Int) {
    let image = Self.noise(width, height)
    let resamplers = Resampler.available
    #expect(resamplers.first?.name == "scalar")
    for (name, preprocessing) in ExpectedTable.variants {
      for pillow in PillowVersion.allCases {
        let expected = Preprocessor(preprocessing, pillow: pillow, resampler: resamplers[0]).input(for: image)
        for resampler in resamplers.dropFirst() {
          let input = Preprocessor(preprocessing, pillow: pillow, resampler: resampler).input(for: image)
          expectEqual(input, expected, "\(name) with \(resampler.name)")
        }
      }
    }
  }

  @Test("Crops of every width, including those that are not a multiple of a vector", arguments: 1...40)
  func awkwardCrops(crop: Int) {
    let image = Self.noise(61, 53)
    let preprocessing = Preprocessing(
      resize: 40, filter: .bicubic, crop: crop, normalization: .offset([0, 0, 0]))
    let resamplers = Resampler.available
    let expected = Preprocessor(preprocessing, resampler: resamplers[0]).input(for: image)
    for resampler in resamplers.dropFirst() {
      let input = Preprocessor(preprocessing, resampler: resampler).input(for: image)
      expectEqual(input, expected, resampler.name)
    }
  }

  @Test(
    "Channels last holds the same values as channels first", arguments: ExpectedTable.variants.map(\.name))
  func layouts(variant: String) throws {
    let preprocessing = try #require(ExpectedTable.variants.first { $0.name == variant }).preprocessing
    let preprocessor = Preprocessor(preprocessing)
    let image = Self.noise(300, 260)
    let first = preprocessor.input(for: image, layout: .channelsFirst)
    let last = preprocessor.input(for: image, layout: .channelsLast)
    let plane = preprocessing.crop * preprocessing.crop
    #expect((0..<3 * plane).allSatisfy { last[$0] == first[$0 % 3 * plane + $0 / 3] })
  }

  @Test("A preprocessor's result does not depend on earlier images")
  func reuse() {
    let preprocessor = Preprocessor(.clip)
    let images = [Self.noise(500, 375), Self.noise(3, 2), Self.noise(1200, 900), Self.noise(60, 400)]
    let fresh = images.map { Preprocessor(.clip).input(for: $0) }
    for (image, expected) in zip(images + images.reversed(), fresh + fresh.reversed()) {
      expectEqual(preprocessor.input(for: image), expected)
    }
  }

  /// Returns a crop of pixels that need no resizing, so that only the geometry matters.
  private func cropped(_ image: RGBImage, to crop: Int) -> [Float] {
    Preprocessor(
      Preprocessing(
        resize: min(image.width, image.height), filter: .bilinear, crop: crop,
        normalization: .offset([0, 0, 0]))
    ).input(for: image, layout: .channelsLast)
  }

  @Test(
    "The crop's offset is half the difference, halves rounded to even",
    arguments: [(6, 1), (7, 2), (8, 2), (9, 2)])
  func cropOffset(height: Int, offset: Int) {
    let crop = 4
    let image = RGBImage(
      width: 5, height: height, rgb: (0..<height).flatMap { y in [UInt8](repeating: UInt8(y), count: 15) })
    #expect(
      cropped(image, to: crop)
        == (offset..<offset + crop).flatMap { [Float](repeating: Float($0), count: 12) })
  }

  @Test("An image smaller than the crop is padded with black, an odd pixel at the end")
  func padding() {
    let image = RGBImage(width: 2, height: 3, rgb: [UInt8](repeating: 9, count: 18))
    let rows = (0..<5).map { y in
      (0..<5).map { x in (1..<3).contains(x) && (1..<4).contains(y) ? Float(9) : 0 }
    }
    #expect(cropped(image, to: 5) == rows.flatMap { $0 }.flatMap { [$0, $0, $0] })
  }

  @Test("Normalisation follows PyTorch's order of operations")
  func arithmetic() {
    let image = RGBImage(width: 1, height: 1, rgb: [200, 100, 50])
    func values(_ preprocessing: Preprocessing) -> [Float] {
      Array(Preprocessor(preprocessing).input(for: image, layout: .channelsLast)[..<3])
    }
    let pixel: [Float] = [200, 100, 50]
    #expect(values(.augreg) == pixel.map { ($0 / 255 - 0.5) / 0.5 })
    #expect(values(.inception) == pixel.map { $0 / 255 * 255 - 117 })
    let bgr: [Float] = [50 - 103.939, 100 - 116.779, 200 - 123.68]
    #expect(values(.caffe) == bgr)
    let blue: Float = (pixel[2] / 255 - 0.406) / 0.225
    #expect(values(.imageNet)[2] == blue)
  }
}
