/// Many short strings in one block of memory: an array of `String` costs a heap allocation for each path.
struct PackedStrings: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// The number of strings.
  var count: Int { ends.count }

  /// Adds the concatenation of pieces of UTF-8 as one string.
  mutating func append(_ pieces: [UInt8]...) {
    for piece in pieces { bytes.append(contentsOf: piece) }
    ends.append(bytes.count)
  }

  /// The bytes of one string.
  func utf8(_ index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

  /// One string.
  subscript(index: Int) -> String { String(decoding: utf8(index), as: UTF8.self) }

  /// Drops all but the first `count` strings.
  mutating func truncate(to count: Int) {
    guard count < ends.count else { return }
    ends.removeSubrange(count...)
    bytes.removeSubrange((ends.last ?? 0)...)
  }
}
