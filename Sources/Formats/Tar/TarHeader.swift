/// One header block of a tar file: 512 bytes, whose fields are text (POSIX.1-1988 "ustar", and GNU's).
package struct TarHeader {
  package static let size = 512

  /// The name, with the prefix that POSIX puts elsewhere.
  let name: [UInt8]
  /// The bytes that follow the header; `nil` when that is no number from 0 to 2⁶³ − 1.
  let size: Int?
  /// What the member is: a letter.
  let type: UInt8

  /// Reads a block; `nil` when its checksum is not that of its bytes.
  init?(_ block: ArraySlice<UInt8>) {
    func field(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
      block[block.startIndex + offset..<block.startIndex + offset + count]
    }
    guard block.count == Self.size, let checksum = Self.number(field(148, 8)) else { return nil }
    // The field itself counts as spaces. Some old programs added bytes up as signed numbers.
    let rest = [field(0, 148), field(156, 356)].joined()
    let unsigned = rest.reduce(8 * 32) { $0 + Int($1) }
    let signed = rest.reduce(8 * 32) { $0 + Int(Int8(bitPattern: $1)) }
    guard checksum == unsigned || checksum == signed else { return nil }
    size = Self.number(field(124, 12))
    type = field(156, 1).first ?? 0
    var name = Array(Self.text(field(0, 100)))
    // GNU's magic ends in a space, and other things are where POSIX has the prefix.
    if field(257, 6).elementsEqual("ustar\0".utf8) {
      let prefix = Self.text(field(345, 155))
      if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
    }
    self.name = name
  }

  /// The bytes before the first NUL.
  static func text(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> { field.prefix { $0 != 0 } }

  /// A number: octal digits amid spaces and NULs, or, where the first bit is set, big-endian binary (GNU).
  static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      // The second bit is the sign.
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
