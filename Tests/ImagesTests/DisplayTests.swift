import Foundation
import Images
import Testing

@Suite("Display pictures equal Pillow's, also after encoding as PNG")
struct DisplayTests {
  private struct Row {
    let path: String, mode: String, digest: String?
  }

  /// Returns the rows of a Pillow version: the newest version's rows, except those that the older version
  /// changes.
  private func rows(_ table: String, pillow: PillowVersion) throws -> [Row] {
    let newest = try rows("\(table).tsv")
    guard pillow != .standard else { return newest }
    let others = try rows("\(table)-\(pillow.rawValue).tsv")
    let byPath = Dictionary(uniqueKeysWithValues: others.map { ($0.path, $0) })
    return newest.map { byPath[$0.path] ?? $0 }
  }

  private func rows(_ table: String) throws -> [Row] {
    try String(contentsOf: ExpectedTable.fixtures.appending(path: table), encoding: .utf8)
      .split(separator: "\n").dropFirst().map { line in
        let fields = line.split(separator: "\t").map(String.init)
        return fields.count == 3
          ? Row(path: fields[0], mode: fields[1], digest: fields[2])
          : Row(path: fields[0], mode: "", digest: nil)
      }
  }

  @Test(
    "Each unusual file is resized in its own mode and then converted, or refused if Pillow refuses it",
    arguments: Resampler.available.map(\.name), PillowVersion.allCases)
  func fixtures(_ instructions: String, _ pillow: PillowVersion) throws {
    let resampler = try #require(Resampler.available.first { $0.name == instructions })
    let transform = DisplayTransform(resize: 256, crop: 224, pillow: pillow, resampler: resampler)
    let rows = try rows("display", pillow: pillow)
    #expect(rows.count == 98)
    #expect(Set(rows.map(\.mode)) == ["", "1", "CMYK", "I;16", "L", "LA", "P", "RGB", "RGBA"])
    for row in rows {
      let path = ExpectedTable.fixtures.appending(path: "files/\(row.path)").path
      guard let expected = row.digest else {
        #expect(throws: ImageError.self, "\(row.path)") { try transform.picture(of: path) }
        continue
      }
      let picture = try transform.picture(of: path)
      #expect(picture.width == 224 && picture.height == 224)
      #expect(digest(picture.rgb) == expected, "\(row.path), \(row.mode)")
    }
  }

  @Test(
    "All 250 sample photographs give Pillow's pictures",
    .enabled(
      if: FileManager.default.fileExists(atPath: PillowTests.sample.path),
      "the sample photographs are not here"))
  func sampleImages() throws {
    let transform = DisplayTransform()
    let rows = try rows("display-sample.tsv")
    #expect(rows.count == 250)
    for row in rows {
      let picture = try transform.picture(of: PillowTests.sample.appending(path: row.path).path)
      #expect(digest(picture.rgb) == row.digest, "\(row.path)")
    }
  }

  @Test("A picture is unchanged by encoding, with the same bytes every time, also for odd sizes")
  func png() throws {
    let decoder = ImageDecoder()
    for (width, height) in [(1, 1), (1, 7), (5, 1), (224, 224), (13, 300)] {
      let rgb = (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
      let image = RGBImage(width: width, height: height, rgb: rgb)
      let bytes = try image.png(name: "a picture")
      #expect(try image.png(name: "a picture") == bytes)
      // The decoder would refuse a truncated file.
      let decoded = try bytes.withUnsafeBytes { try decoder.decode($0, name: "a picture") }
      #expect(decoded.width == width && decoded.height == height)
      expectEqual(decoded.rgb, rgb, "\(width)×\(height)")
    }
  }
}
