import Foundation
import TestSupport
import Testing

@testable import Images

/// Tests of images that are resized while they are decoded: the same numbers, with little memory.
struct LargeImageTests {
  private static let files = ExpectedTable.fixtures.appending(path: "files")

  private func input(
    _ preprocessor: Preprocessor, _ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows -> [Float] {
    let side = preprocessor.preprocessing.crop
    var values = [Float](repeating: -1, count: 3 * side * side)
    try values.withUnsafeMutableBufferPointer { try fill($0) }
    return values
  }

  @Test(
    "every fixture gives the same numbers or the same error in strips as when decoded whole",
    arguments: [Preprocessing.imageNet, .clip, .caffe])
  func strips(preprocessing: Preprocessing) throws {
    let (decoder, other) = (ImageDecoder(), ImageDecoder())
    let preprocessor = Preprocessor(preprocessing)
    var (decoded, refused) = (0, 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.files.path).sorted() {
      let path = Self.files.appending(path: name).path
      var whole: [Float]?
      var failure: ImageError?
      do {
        let image = try decoder.decode(contentsOf: path)
        whole = input(preprocessor) { preprocessor.apply(to: image, layout: .channelsLast, into: $0) }
      } catch { failure = error }
      do {
        let values = try input(preprocessor) {
          try other.decodeLarge(
            ImageLocation(path: path), with: preprocessor, layout: .channelsLast, into: $0)
        }
        #expect(values == whole, "\(name)")
        decoded += 1
      } catch {
        #expect(error as? ImageError == failure, "\(name)")
        refused += 1
      }
    }
    #expect(decoded > 40 && refused > 5, "\(decoded) decoded, \(refused) refused")
  }

  /// Returns a PNG of uniform gray, whose rows deflate to very few bytes.
  private func gray(_ width: Int, _ height: Int, rows: Int? = nil) -> [UInt8] {
    PNG.gray(width: width, height: height, value: 77, rows: rows ?? height)
  }

  @Test("an image of 100 megapixels of one colour gives that colour")
  func large() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(gray(12_500, 8_000), to: "large.png")
    let preprocessor = Preprocessor(.caffe)
    let decoder = ImageDecoder()
    #expect(try decoder.decodeUnlessLarge(ImageLocation(path: path)) == nil)
    let values = try input(preprocessor) {
      try decoder.decodeLarge(ImageLocation(path: path), with: preprocessor, layout: .channelsLast, into: $0)
    }
    let colour: [Float] = [77 - 103.939, 77 - 116.779, 77 - 123.68]
    #expect(Array(values.prefix(3)) == colour)
    #expect(Set(values).count == 3)
  }

  @Test("20,000 × 20,000 pixels, and headers that claim 65,500 × 65,500, are refused by name and number")
  func bombs() throws {
    let folder = try TemporaryFolder()
    let decoder = ImageDecoder()
    for (side, name) in [(20_000, "bomb.png"), (65_500, "claims.png")] {
      let path = try folder.write(gray(side, side, rows: 10), to: name)
      let error = #expect(throws: ImageError.self) {
        try decoder.decodeUnlessLarge(ImageLocation(path: path))
      }
      #expect(error?.fault == .tooLarge && error?.reason.contains("\(side)×\(side)") == true)
      #expect(throws: ImageError.self) { try decoder.decode(contentsOf: path) }
    }
  }

  @Test("a large image truncated anywhere is an error")
  func truncated() throws {
    let folder = try TemporaryFolder()
    let preprocessor = Preprocessor(.imageNet)
    let whole = gray(3000, 3000)
    for count in [whole.count / 5, whole.count / 2, whole.count - 60] {
      let path = try folder.write(whole.prefix(count), to: "\(count).png")
      #expect(throws: ImageError.self, "\(count) bytes") {
        try input(preprocessor) {
          try ImageDecoder().decodeLarge(
            ImageLocation(path: path), with: preprocessor, layout: .channelsLast, into: $0)
        }
      }
    }
  }
}
