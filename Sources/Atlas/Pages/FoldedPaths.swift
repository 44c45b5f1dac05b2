/// Paths in order, each as the number of characters it shares with the one before it (0 to 35, a digit to base 36) and
/// the rest: images of a class share most of theirs.
enum FoldedPaths {
  static func fold(_ paths: [String]) -> [String] {
    var last: [UInt8] = []
    return paths.map { path in
      let bytes = Array(path.utf8)
      // ASCII alone: there a byte is a character in every encoding.
      var shared = 0
      while shared < min(35, bytes.count, last.count), bytes[shared] == last[shared], bytes[shared] < 0x80 {
        shared += 1
      }
      last = bytes
      return String(shared, radix: 36) + String(decoding: bytes[shared...], as: UTF8.self)
    }
  }
}
