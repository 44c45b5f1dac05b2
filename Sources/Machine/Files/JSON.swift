package import Foundation

/// How this program writes and reads JSON: snake case keys, sorted, two spaces.
package enum JSON {
  /// Encodes a document, with a line end.
  ///
  /// Paths are shown: see ``PathText/shown(_:)``. Numbers that are not finite become the strings `NaN`, `Infinity` and `-Infinity`.
  ///
  /// - Throws: What the encoding of `value` throws.
  package static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return Data(PathText.shownInJSON([UInt8](try encoder.encode(value)))) + Data("\n".utf8)
  }

  /// Decodes a document this program wrote.
  ///
  /// - Throws: `DecodingError`.
  package static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // A person may have opened and saved it with an editor that marks UTF-8.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return try decoder.decode(type, from: data.starts(with: mark) ? Data(data.dropFirst(3)) : data)
  }
}
