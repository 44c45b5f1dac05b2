import Foundation
import Testing

@testable import Images

@Suite("Images equal Pillow's and torchvision's, bit for bit")
struct PillowTests {
  @Test(
    "Each unusual file gives Pillow's pixels and torchvision's inputs, or an error if Pillow raises one",
    arguments: PillowVersion.allCases)
  func fixtures(pillow: PillowVersion) throws {
    let decoder = ImageDecoder()
    let preprocessors = ExpectedTable.variants.map {
      ($0.name, Preprocessor($0.preprocessing, pillow: pillow))
    }
    let rows = try ExpectedTable("expected", pillow: pillow).rows
    #expect(rows.count == 98)
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

  @Test("The order of passes is Pillow's on both sides of each threshold")
  func orders() throws {
    func isVerticalFirst(_ pillow: PillowVersion, _ from: (Int, Int), _ to: (Int, Int)) -> Bool {
      pillow.resizesVerticallyFirst(width: from.0, height: from.1, newWidth: to.0, newHeight: to.1)
    }
    // Two removed rows per column are not more than twice as many. A width that grows has a negative number
    // of removed columns.
    #expect(!isVerticalFirst(.v13, (320, 684), (256, 556)))
    #expect(isVerticalFirst(.v13, (320, 685), (256, 556)))
    #expect(isVerticalFirst(.v13, (100, 300), (100, 299)))
    #expect(isVerticalFirst(.v13, (100, 300), (200, 299)))
    #expect(!isVerticalFirst(.v13, (100, 300), (200, 300)))
    #expect(!isVerticalFirst(.v13, (100, 300), (200, 301)))
    #expect(!isVerticalFirst(.v12, (320, 685), (256, 548)))
    #expect(!isVerticalFirst(.v12, (3, 300), (2, 200)))
    #expect(isVerticalFirst(.v12, (3, 301), (2, 200)))
    #expect(!isVerticalFirst(.v12, (3, 301), (6, 602)))
    // The purpose of the tables: an older Pillow computes different inputs from the same file.
    let file = ExpectedTable.fixtures.appending(path: "files/tall-320x685.jpg").path
    let image = try ImageDecoder().decode(contentsOf: file)
    let inputs = PillowVersion.allCases.map { Preprocessor(.caffe, pillow: $0).input(for: image) }
    #expect(zip(inputs[0], inputs[1]).allSatisfy { abs($0 - $1) < 1.01 })
    #expect(inputs[0] != inputs[1])
  }

  /// The folder of photographs that are not in the repository; their digests are.
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
