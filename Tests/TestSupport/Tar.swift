/// Makes ustar archives without a library, for tests that damage archives or pack images into them.
public enum Tar {
  /// Returns an archive of files, in order, with the end-of-archive marker.
  public static func archive(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    files.flatMap { member($0.name, $0.bytes) } + [UInt8](repeating: 0, count: 1024)
  }

  /// Returns a header and, after it, the bytes padded to whole blocks.
  public static func member(_ name: String, _ bytes: [UInt8], type: Character = "0", size: [UInt8]? = nil)
    -> [UInt8]
  {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ field: [UInt8], _ offset: Int) {
      header.replaceSubrange(offset..<offset + field.count, with: field)
    }
    put(Array(name.utf8.prefix(100)), 0)
    put(Array("0000644\0".utf8), 100)
    put(size ?? octal(bytes.count, digits: 11), 124)
    put(octal(0, digits: 11), 136)
    put(Array("\(type)".utf8), 156)
    put(Array("ustar\u{0}00".utf8), 257)
    seal(&header)
    return header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
  }

  /// Stores the checksum of a header's bytes in the header.
  public static func seal(_ header: inout [UInt8]) {
    header.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
    let sum = header[..<512].reduce(0) { $0 + Int($1) }
    header.replaceSubrange(148..<155, with: octal(sum, digits: 6))
  }

  /// Returns a pax header with records about the next member.
  public static func pax(_ records: [(key: String, value: String)]) -> [UInt8] {
    member("pax", records.flatMap { record($0.key, $0.value) }, type: "x")
  }

  private static func record(_ key: String, _ value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n".utf8.count
    var length = rest
    while length != rest + String(length).utf8.count { length = rest + String(length).utf8.count }
    return Array("\(length) \(key)=\(value)\n".utf8)
  }

  private static func octal(_ number: Int, digits: Int) -> [UInt8] {
    let text = String(number, radix: 8)
    return Array((String(repeating: "0", count: digits - text.count) + text).utf8) + [0]
  }
}
