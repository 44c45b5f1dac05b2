/// One header block of a tar file: 512 bytes of text fields (POSIX.1-1988 "ustar", and GNU's).
package struct TarHeader {
  package static let size = 512

  /// The name, including the prefix field of POSIX.
  let name: [UInt8]
  /// The number of bytes after the header; `nil` if the field is not a number from 0 to 2⁶³ − 1.
  let size: Int?
  /// The type of the member, an ASCII letter or digit.
  let type: UInt8

  /// Parses a block; `nil` if its checksum is wrong.
  init?(_ block: ArraySlice<UInt8>) {
    func field(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
      block[block.startIndex + offset..<block.startIndex + offset + count]
    }
    guard block.count == Self.size, let checksum = Self.number(field(148, 8)) else { return nil }
    // The checksum field itself counts as spaces. Some old programs summed the bytes as signed numbers.
    let rest = [field(0, 148), field(156, 356)].joined()
    let unsigned = rest.reduce(8 * 32) { $0 + Int($1) }
    let signed = rest.reduce(8 * 32) { $0 + Int(Int8(bitPattern: $1)) }
    guard checksum == unsigned || checksum == signed else { return nil }
    size = Self.number(field(124, 12))
    type = field(156, 1).first ?? 0
    var name = Array(Self.text(field(0, 100)))
    // GNU's magic ends in a space, and GNU stores other data in the prefix field of POSIX.
    if field(257, 6).elementsEqual("ustar\0".utf8) {
      let prefix = Self.text(field(345, 155))
      if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
    }
    self.name = name
  }

  /// The bytes before the first NUL.
  static func text(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> { field.prefix { $0 != 0 } }

  /// Parses a number: octal digits between spaces and NULs or, if the first bit is set, big-endian binary
  /// (GNU).
  static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      // The second bit is the sign bit.
      guard first & 0x40 == 0 else { return nil }
      var value = Int(first & 0x3F)
      for byte in field.dropFirst() {
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
        guard !overflow, shifted <= Int.max - 255 else { return nil }
        value = shifted + Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 32 || $0 == 0 }.prefix { $0 != 32 && $0 != 0 }
    guard digits.count <= 20 else { return nil }
    var value = 0
    for digit in digits {
      guard (48..<56).contains(digit) else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 8)
      guard !overflow else { return nil }
      value = shifted + Int(digit - 48)
    }
    return value
  }
}
