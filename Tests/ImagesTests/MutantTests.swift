import Foundation
import TestSupport
import Testing

@testable import Formats
@testable import Images

/// Tests of PNG and JPEG files with one damaged or unusual property each, against Pillow's results from
/// `mutants.py`.
@Suite("Damaged and unusual files are read and refused like in Pillow")
struct MutantTests {
  private struct Mutant {
    let name: String
    let bytes: [UInt8]
    /// The width, height and digest; `nil` if Pillow refuses the file.
    let expected: [String]?
  }

  private static func mutants() throws -> [Mutant] {
    let fixtures = ExpectedTable.fixtures
    let packed = try [UInt8](Data(contentsOf: fixtures.appending(path: "mutants.z")))
    let files = try #require(ZlibStream.inflate(packed[...], atMost: 1 << 24))
    let table = try String(contentsOf: fixtures.appending(path: "mutants.tsv"), encoding: .utf8)
    return try table.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").map(String.init)
      let (offset, length) = (try #require(Int(fields[1])), try #require(Int(fields[2])))
      return Mutant(
        name: fields[0], bytes: Array(files[offset..<offset + length]),
        expected: fields.count == 6 ? Array(fields[3...]) : nil)
    }
  }

  private func outcome(of mutant: Mutant, _ decoder: ImageDecoder) -> [String]? {
    let image = mutant.bytes.withUnsafeBytes { bytes in
      Result { () throws(ImageError) in try decoder.decode(bytes, name: mutant.name) }
    }
    guard case .success(let image) = image else { return nil }
    return ["\(image.width)", "\(image.height)", digest(image.rgb)]
  }

  @Test("each gives Pillow's pixels, or an error if Pillow raises one")
  func pixels() throws {
    let decoder = ImageDecoder()
    let mutants = try Self.mutants()
    #expect(mutants.count > 2000 && mutants.count { $0.expected == nil } > 700)
    for mutant in mutants {
      let outcome = outcome(of: mutant, decoder)
      #expect(outcome == mutant.expected, "\(mutant.name)")
    }
  }

  @Test("each gives the same numbers or an error when resized while decoded")
  func strips() throws {
    let folder = try TemporaryFolder()
    let (decoder, other) = (ImageDecoder(), ImageDecoder())
    let preprocessor = Preprocessor(
      Preprocessing(resize: 20, filter: .bilinear, crop: 16, normalization: .offset([0, 0, 0])))
    for mutant in try Self.mutants() where !mutant.name.hasPrefix("scans") {
      let image = mutant.bytes.withUnsafeBytes { bytes in
        Result { () throws(ImageError) in try decoder.decode(bytes, name: mutant.name) }
      }
      let path = try folder.write(mutant.bytes, to: "mutant")
      var values = [Float](repeating: -1, count: 3 * 16 * 16)
      let streamed = values.withUnsafeMutableBufferPointer { output in
        Result { () throws(ImageError) in
          try other.decodeLarge(
            ImageLocation(path: path), with: preprocessor, layout: .channelsFirst, into: output)
        }
      }
      switch (image, streamed) {
      case (.success(let image), .success):
        expectEqual(values, preprocessor.input(for: image), mutant.name)
      case (.failure(let whole), .failure(let part)):
        #expect(whole.fault == part.fault, "\(mutant.name)")
      default: Issue.record("\(mutant.name): \(image), but in strips \(streamed)")
      }
    }
  }
}
