import Foundation
import Images
import Machine
import Testing

/// The results of Pillow and torchvision for the images of a folder: the rows of a table that `expect.py`
/// wrote.
struct ExpectedTable {
  struct Row {
    let path: String
    /// The expected image; `nil` if Pillow refuses the file.
    let image: (width: Int, height: Int, digests: [String: String])?
  }

  /// The preprocessing of each column of digests.
  static let variants: [(name: String, preprocessing: Preprocessing)] = [
    ("imageNet", .imageNet), ("inception", .inception), ("clip", .clip), ("augreg", .augreg),
    ("caffe", .caffe),
  ]

  /// The folder of this target's fixtures.
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/images")

  let rows: [Row]

  /// Reads the rows of a Pillow version: the newest version's rows, except those that the older version
  /// changes.
  init(_ table: String, pillow: PillowVersion) throws {
    let newest = try ExpectedTable("\(table).tsv").rows
    guard pillow != .standard else {
      rows = newest
      return
    }
    let others = try ExpectedTable("\(table)-\(pillow.rawValue).tsv").rows
    let byPath = Dictionary(uniqueKeysWithValues: others.map { ($0.path, $0) })
    rows = newest.map { byPath[$0.path] ?? $0 }
  }

  init(_ file: String) throws {
    let lines = try String(contentsOf: Self.fixtures.appending(path: file), encoding: .utf8).split(
      separator: "\n")
    let columns = lines[0].split(separator: "\t").map(String.init)
    rows = lines.dropFirst().map { line in
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count == columns.count, let width = Int(fields[1]), let height = Int(fields[2]) else {
        return Row(path: fields[0], image: nil)
      }
      let digests = Dictionary(uniqueKeysWithValues: zip(columns.dropFirst(3), fields.dropFirst(3)))
      return Row(path: fields[0], image: (width, height, digests))
    }
  }
}

/// Returns the first 32 digits of the SHA-256 of an array's bytes, as written by `expect.py`.
func digest<Element>(_ elements: [Element]) -> String {
  elements.withUnsafeBytes { String(SHA256.hexDigest(of: $0).prefix(32)) }
}

extension Preprocessor {
  /// Returns the input for an image as an array.
  func input(for image: RGBImage, layout: Layout = .channelsFirst) -> [Float] {
    let count = 3 * preprocessing.crop * preprocessing.crop
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      // NaN marks elements that are not written.
      buffer.initialize(repeating: .nan)
      apply(to: image, layout: layout, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }
}

/// Expects two arrays to be equal and reports the first difference. `#expect(a == b)` would take minutes to
/// describe the difference of two large arrays.
func expectEqual<Element: Equatable>(
  _ got: [Element], _ expected: [Element], _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let count = min(got.count, expected.count)
  let difference =
    (0..<count).first { got[$0] != expected[$0] } ?? (got.count == expected.count ? nil : count)
  #expect(difference == nil, "\(what) differs, first at this index", sourceLocation: sourceLocation)
}
