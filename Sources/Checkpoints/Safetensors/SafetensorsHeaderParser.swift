import Formats
import Machine

/// Parses the JSON header of a safetensors file.
///
/// The grammar is a subset of JSON with fixed depth, so the parser does not recurse. It keeps integers exact
/// and detects repeated keys.
struct SafetensorsHeaderParser {
  struct Entry {
    let name: String
    /// The name of the dtype.
    let type: String
    let extents: [Int]
    let start: Int
    let end: Int
  }

  private let bytes: ByteRegion
  private var position = 0

  init(_ bytes: ByteRegion) { self.bytes = bytes }

  mutating func parse() throws(Malformed) -> (entries: [Entry], metadata: [String: String]) {
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    var seen: Set<String> = []
    try object { parser, name throws(Malformed) in
      guard seen.insert(name).inserted else { throw Malformed("the safetensors header has '\(name)' twice") }
      if name == "__metadata__" {
        try parser.object { parser, key throws(Malformed) in metadata[key] = try parser.string() }
      } else {
        entries.append(try parser.entry(name))
      }
    }
    while let byte = peek() {  // padding
      guard byte == 0 else { throw malformed("something follows its end") }
      position += 1
    }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws(Malformed) -> Entry {
    var type: String?
    var extents: [Int]?
    var range: [Int]?
    try object { parser, key throws(Malformed) in
      switch key {
      case "dtype": type = try parser.string()
      case "shape": extents = try parser.integers(atMost: 64)
      case "data_offsets": range = try parser.integers(atMost: 2)
      default: throw parser.malformed("'\(name)' has the unknown key '\(key)'")
      }
    }
    guard let type, let extents, let range, range.count == 2 else {
      throw malformed("'\(name)' needs dtype, shape and data_offsets")
    }
    return Entry(name: name, type: type, extents: extents, start: range[0], end: range[1])
  }

  private func malformed(_ what: String) -> Malformed {
    Malformed("its safetensors header is damaged: \(what)")
  }

  private mutating func peek() -> UInt8? {
    while let byte = bytes[position], byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
    return bytes[position]
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Malformed) {
    guard accept(character) else { throw malformed("there is no '\(character)' at byte \(position)") }
  }

  private mutating func object(
    _ member: (inout SafetensorsHeaderParser, String) throws(Malformed) -> Void
  ) throws(Malformed) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while accept(",")
    try expect("}")
  }

  private mutating func integers(atMost limit: Int) throws(Malformed) -> [Int] {
    var values: [Int] = []
    try expect("[")
    if accept("]") { return values }
    repeat {
      _ = peek()
      let start = position
      while let byte = bytes[position], (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        position += 1
      }
      guard let value = bytes.slice(at: start, count: position - start)?.utf8.flatMap({ Int($0) }),
        values.count < limit
      else { throw malformed("there is no integer at byte \(start)") }
      values.append(value)
    } while accept(",")
    try expect("]")
    return values
  }

  private mutating func string() throws(Malformed) -> String {
    try expect("\"")
    var units: [UInt8] = []
    while let byte = bytes[position] {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw malformed("a string before byte \(position) is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += try escape()
      case 0..<0x20: throw malformed("there is a control character at byte \(position - 1)")
      default: units.append(byte)
      }
    }
    throw malformed("a string does not end")
  }

  /// Returns the UTF-8 bytes of an escape sequence whose backslash has been read.
  private mutating func escape() throws(Malformed) -> [UInt8] {
    defer { position += 1 }
    switch bytes[position].map(Unicode.Scalar.init) {
    case "\"": return [0x22]
    case "\\": return [0x5C]
    case "/": return [0x2F]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "u":
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes.matches("\\u".utf8, at: position + 1) {
        position += 2
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw malformed("there is half a surrogate pair at byte \(position)")
      }
      return Array(text.utf8)
    default: throw malformed("there is an unknown escape at byte \(position)")
    }
  }

  /// Reads the four hexadecimal digits after the `u` at the current position, and stops at the last digit.
  private mutating func codeUnit() throws(Malformed) -> UInt16 {
    guard let digits = bytes.slice(at: position + 1, count: 4)?.utf8, digits.allSatisfy(\.isHexDigit),
      let unit = UInt16(digits, radix: 16)
    else { throw malformed("there is a broken escape at byte \(position)") }
    position += 4
    return unit
  }
}
