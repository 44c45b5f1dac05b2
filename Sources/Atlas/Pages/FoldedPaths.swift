/// Sorted paths, each stored as the number of characters that it shares with the previous path (0 to 35, one
/// base-36 digit) and the rest. Images of one class share most of their paths.
enum FoldedPaths {
  static func fold(_ paths: [String]) -> [String] {
    var last: [UInt8] = []
    return paths.map { path in
      let bytes = Array(path.utf8)
      // Only ASCII characters are counted, because each is one code unit in UTF-8 and in UTF-16.
      var shared = 0
      while shared < min(35, bytes.count, last.count), bytes[shared] == last[shared], bytes[shared] < 0x80 {
        shared += 1
      }
      last = bytes
      return String(shared, radix: 36) + String(decoding: bytes[shared...], as: UTF8.self)
    }
  }
}
