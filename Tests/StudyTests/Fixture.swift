import Foundation
import Machine

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

func sha256(_ text: String) -> String { Data(text.utf8).withUnsafeBytes { SHA256.hexDigest(of: $0) } }
