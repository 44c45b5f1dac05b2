import Checkpoints
import Foundation

/// The fixtures of this target.
enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/study")

  static func json<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: folder.appending(path: name)))
  }
}

/// Numbers as a fixture sums them up: how many, the first, and the digest of all as little-endian 64-bit integers.
struct NumbersSummary: Decodable, Equatable {
  let count: Int
  let first: [Int]
  let sha256: String

  init(_ numbers: [Int]) {
    (count, first) = (numbers.count, Array(numbers.prefix(6)))
    sha256 = numbers.map { Int64($0).littleEndian }.withUnsafeBytes { SHA256.hexDigest(of: $0) }
  }
}

func sha256(_ text: String) -> String { Data(text.utf8).withUnsafeBytes { SHA256.hexDigest(of: $0) } }
