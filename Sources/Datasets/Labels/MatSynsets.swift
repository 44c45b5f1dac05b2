import Formats

/// The class numbers of synsets in ImageNet's development kit. Its `meta.mat` is a MATLAB file (level 5) with
/// a structure array `synsets`, whose elements have the fields `ILSVRC2012_ID` and `WNID`.
///
/// Only the necessary part of the format is read: structures, numbers and texts, plain or compressed.
struct MatSynsets {
  /// The WordNet identifier of a number.
  private(set) var synsetOfNumber: [Int: String] = [:]

  private typealias Bytes = ArraySlice<UInt8>
  /// The format's data types.
  private enum Kind {
    static let int8: UInt32 = 1, uint8: UInt32 = 2, int16: UInt32 = 3, uint16: UInt32 = 4, int32: UInt32 = 5
    static let uint32: UInt32 = 6, double: UInt32 = 9, matrix: UInt32 = 14, compressed: UInt32 = 15
    static let utf8: UInt32 = 16, utf16: UInt32 = 17
  }
  private static let structure: UInt8 = 2

  /// Reads a file.
  ///
  /// - Throws: ``Malformed``.
  init(_ file: [UInt8]) throws(Malformed) {
    guard file.count >= 128, file[126...127].elementsEqual("IM".utf8), file[125] == 1 else {
      throw Malformed("this is not a MATLAB file of level 5 from a little-endian machine")
    }
    for element in try Self.elements(file[128...]) {
      switch element.kind {
      case Kind.matrix: try take(element.bytes)
      case Kind.compressed:
        guard let content = ZlibStream.inflate(element.bytes, atMost: 1 << 26) else {
          throw Malformed("its compressed data is damaged")
        }
        for inner in try Self.elements(content[...]) where inner.kind == Kind.matrix { try take(inner.bytes) }
      default: continue
      }
    }
    guard !synsetOfNumber.isEmpty else {
      throw Malformed("it has no structure with ILSVRC2012_ID and WNID")
    }
  }

  /// Reads the synsets from a variable, if it is a structure with the two fields.
  private mutating func take(_ variable: Bytes) throws(Malformed) {
    let parts = try Self.elements(variable)
    guard parts.count > 5, parts[0].bytes.first == Self.structure, let width = Self.integers(parts[3]).first,
      (1...1024).contains(width)
    else { return }
    let names = stride(from: parts[4].bytes.startIndex, to: parts[4].bytes.endIndex, by: width).map { start in
      String(decoding: parts[4].bytes[start...].prefix(width).prefix { $0 != 0 }, as: UTF8.self)
    }
    guard let number = names.firstIndex(of: "ILSVRC2012_ID"), let synset = names.firstIndex(of: "WNID") else {
      return
    }
    let fields = parts[5...]
    for start in stride(from: fields.startIndex, to: fields.endIndex, by: names.count)
    where start + names.count <= fields.endIndex {
      guard let id = Self.integers(try Self.content(fields[start + number])).first else { continue }
      synsetOfNumber[id] = Self.text(try Self.content(fields[start + synset]))
    }
  }

  private struct Element {
    let kind: UInt32
    let bytes: Bytes
  }

  /// Returns the data of a matrix: the element after its flags, extents and name.
  private static func content(_ matrix: Element) throws(Malformed) -> Element {
    let parts = try elements(matrix.bytes)
    guard matrix.kind == Kind.matrix, parts.count > 3 else { return Element(kind: 0, bytes: []) }
    return parts[3]
  }

  /// Splits bytes into elements. An element is a type, a length and that many bytes, padded to eight; a small
  /// element has all of these in eight bytes.
  private static func elements(_ bytes: Bytes) throws(Malformed) -> [Element] {
    var elements: [Element] = []
    var rest = bytes
    while rest.count >= 8 {
      let word = unsigned(rest)
      if word >> 16 != 0 {
        guard word >> 16 <= 4 else { throw Malformed("an element has an impossible length") }
        elements.append(Element(kind: word & 0xFFFF, bytes: rest.dropFirst(4).prefix(Int(word >> 16))))
        rest = rest.dropFirst(8)
        continue
      }
      let length = Int(unsigned(rest.dropFirst(4)))
      guard length <= rest.count - 8 else { throw Malformed("it ends inside an element") }
      elements.append(Element(kind: word, bytes: rest.dropFirst(8).prefix(length)))
      rest = rest.dropFirst(8 + (word == Kind.compressed ? length : (length + 7) / 8 * 8))
    }
    return elements
  }

  private static func unsigned(_ bytes: Bytes) -> UInt32 {
    bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func integers(_ element: Element) -> [Int] {
    func numbers<T: FixedWidthInteger>(_: T.Type) -> [T] {
      let size = MemoryLayout<T>.size
      return stride(from: element.bytes.startIndex, to: element.bytes.endIndex - size + 1, by: size).map {
        start in
        element.bytes[start..<start + size].reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
      }
    }
    switch element.kind {
    case Kind.int8: return numbers(Int8.self).map { Int($0) }
    case Kind.uint8: return numbers(UInt8.self).map { Int($0) }
    case Kind.int16: return numbers(Int16.self).map { Int($0) }
    case Kind.uint16: return numbers(UInt16.self).map { Int($0) }
    case Kind.int32: return numbers(Int32.self).map { Int($0) }
    case Kind.uint32: return numbers(UInt32.self).map { Int($0) }
    case Kind.double: return numbers(UInt64.self).compactMap { Int(exactly: Double(bitPattern: $0)) }
    default: return []
    }
  }

  private static func text(_ element: Element) -> String {
    switch element.kind {
    case Kind.uint16, Kind.utf16:
      String(
        decoding: integers(Element(kind: Kind.uint16, bytes: element.bytes)).map { UInt16($0) },
        as: UTF16.self)
    default: String(decoding: element.bytes, as: UTF8.self)
    }
  }
}
