import Foundation
import Images
import Testing

@Suite("Images equal Pillow's and torchvision's, bit for bit")
struct PillowTests {
  @Test("Each odd file gives Pillow's pixels and torchvision's inputs, or an error where Pillow raises one")
  func fixtures() throws {
    let decoder = ImageDecoder()
    let preprocessors = ExpectedTable.variants.map { ($0.name, Preprocessor($0.preprocessing)) }
    let rows = try ExpectedTable("expected.tsv").rows
    #expect(rows.count == 88)
    for row in rows {
      let path = ExpectedTable.fixtures.appending(path: "files/\(row.path)").path
      guard let expected = row.image else {
        let error = #expect(throws: ImageError.self, "\(row.path)") { try decoder.decode(contentsOf: path) }
        #expect(error?.path == path)
        continue
      }
      let image = try decoder.decode(contentsOf: path)
      #expect(image.width == expected.width && image.height == expected.height, "\(row.path)")
      #expect(digest(image.rgb) == expected.digests["rgb"], "\(row.path)")
      for (name, preprocessor) in preprocessors {
        let input = preprocessor.input(for: image)
        #expect(digest(input) == expected.digests[name], "\(name) of \(row.path)")
      }
    }
  }

  /// Photographs that are not part of the repository; the digests are.
  static let sample = ExpectedTable.fixtures.appending(path: "../../../../shared/imagenet/sample")
    .standardizedFileURL

  @Test(
    "All 250 sample photographs give torchvision's inputs",
    .enabled(if: FileManager.default.fileExists(atPath: sample.path), "the sample photographs are not here"))
  func sampleImages() throws {
    let decoder = ImageDecoder()
    let rows = try ExpectedTable("sample.tsv").rows
    #expect(rows.count == 250)
    let preprocessors = ExpectedTable.variants.map { ($0.name, Preprocessor($0.preprocessing)) }
    var equal: [String: Int] = [:]
    for row in rows {
      let image = try decoder.decode(contentsOf: Self.sample.appending(path: row.path).path)
      let expected = row.image?.digests ?? [:]
      if digest(image.rgb) == expected["rgb"] { equal["rgb", default: 0] += 1 }
      for (name, preprocessor) in preprocessors where digest(preprocessor.input(for: image)) == expected[name]
      {
        equal[name, default: 0] += 1
      }
    }
    #expect(
      equal == ["rgb": 250, "imageNet": 250, "inception": 250, "clip": 250, "augreg": 250, "caffe": 250])
  }
}
