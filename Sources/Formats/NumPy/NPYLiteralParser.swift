import Machine
import Tensor

/// Parses the Python dictionary literal of an `.npy` header: three known keys with a string, a boolean and a
/// tuple.
struct NPYLiteralParser {
  private let bytes: ByteRegion
  private var position = 0

  init(_ bytes: ByteRegion) { self.bytes = bytes }

  mutating func header() throws(Malformed) -> NPYHeader {
    var description: String?
    var isFortranOrder: Bool?
    var extents: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr":
        guard peek() != UInt8(ascii: "[") else {
          throw Malformed("it holds records, not numbers")
        }
        description = try string()
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": extents = try tuple()
      default: throw malformed()
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard let description, let isFortranOrder, let extents else { throw malformed() }
    guard let order = description.first, let type = ElementType(numpyCode: description.dropFirst()),
      "<>|=".contains(order)
    else {
      throw Malformed("its elements are '\(description)', which are not numbers")
    }
    guard Shape.checkedCount(of: extents) != nil else {
      throw Malformed("its shape \(extents) is impossible")
    }
    return NPYHeader(
      elementType: type, shape: Shape(extents), isBigEndian: order == ">" && type.byteCount > 1,
      isFortranOrder: isFortranOrder)
  }

  private func malformed() -> Malformed {
    Malformed("its .npy header is not the dictionary it should be")
  }

  private mutating func peek() -> UInt8? {
    while let byte = bytes[position], byte == 0x20 || byte == 0x0A { position += 1 }
    return bytes[position]
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Malformed) {
    guard accept(character) else { throw malformed() }
  }

  private mutating func string() throws(Malformed) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = bytes.firstIndex(of: quote, from: position + 1, limit: 256),
      let text = bytes.slice(at: position + 1, count: end - position - 1)?.utf8
    else { throw malformed() }
    position = end + 1
    return text
  }

  private mutating func boolean() throws(Malformed) -> Bool {
    _ = peek()
    for (word, value) in [("True", true), ("False", false)] where bytes.matches(word.utf8, at: position) {
      position += word.utf8.count
      return value
    }
    throw malformed()
  }

  private mutating func tuple() throws(Malformed) -> [Int] {
    var extents: [Int] = []
    try expect("(")
    while !accept(")") {
      var digits = ""
      _ = peek()
      while let byte = bytes[position], (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte),
        digits.count < 20
      {
        digits.unicodeScalars.append(Unicode.Scalar(byte))
        position += 1
      }
      _ = accept("L")  // Python 2 wrote long integers with this suffix.
      guard let extent = Int(digits), extents.count < 64 else { throw malformed() }
      extents.append(extent)
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return extents
  }
}
