package import Foundation

/// The version of the program, written into every dump.
package let toolVersion = "0.1.0"

/// How this program writes and reads JSON: snake case keys, sorted, two spaces.
package enum JSON {
  /// Encodes a document, with a line end.
  ///
  /// Numbers that are not finite become the strings `NaN`, `Infinity` and `-Infinity`.
  ///
  /// - Throws: What the encoding of `value` throws.
  package static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try encoder.encode(value) + Data("\n".utf8)
  }

  /// Decodes a document this program wrote.
  ///
  /// - Throws: `DecodingError`.
  package static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try decoder.decode(type, from: data)
  }
}
