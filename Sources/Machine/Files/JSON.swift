package import Foundation

/// Encodes and decodes this program's JSON: snake case keys, sorted, indented by two spaces.
package enum JSON {
  /// Encodes a document, with a line end after it.
  ///
  /// Paths are written as ``PathText/shown(_:)`` shows them. Numbers that are not finite become the strings
  /// `NaN`, `Infinity` and `-Infinity`.
  ///
  /// - Throws: The error of encoding `value`.
  package static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return Data(PathText.shownInJSON([UInt8](try encoder.encode(value)))) + Data("\n".utf8)
  }

  /// Decodes a document that this program wrote.
  ///
  /// - Throws: `DecodingError`.
  package static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // An editor may have saved the document with a byte-order mark.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return try decoder.decode(type, from: data.starts(with: mark) ? Data(data.dropFirst(3)) : data)
  }
}
