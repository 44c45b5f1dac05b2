import Foundation

/// Many short strings of bytes in one block of memory: an array of `String` costs a heap allocation for each path.
package struct PackedStrings: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// No strings.
  package init() {}

  /// The number of strings.
  package var count: Int { ends.count }

  /// About the memory they take, in bytes.
  var byteCount: Int { bytes.capacity + 8 * ends.capacity }

  /// The bytes of all strings together.
  var bytesOfStrings: Int { bytes.count }

  /// Makes room for so many more, so that adding them does not take twice that.
  mutating func reserve(strings: Int, bytes count: Int) {
    bytes.reserveCapacity(bytes.count + count)
    ends.reserveCapacity(ends.count + strings)
  }

  /// Adds the concatenation of pieces as one string.
  package mutating func append(_ pieces: [UInt8]...) {
    for piece in pieces { bytes.append(contentsOf: piece) }
    ends.append(bytes.count)
  }

  /// Adds one string.
  mutating func append(_ string: ArraySlice<UInt8>) {
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
  }

  /// The bytes of one string.
  package func utf8(_ index: Int) -> ArraySlice<UInt8> { bytes[start(of: index)..<ends[index]] }

  /// The number of bytes of one string.
  func length(_ index: Int) -> Int { ends[index] - start(of: index) }

  /// One string as text, in which what is not UTF-8 is replaced.
  package subscript(index: Int) -> String { String(decoding: utf8(index), as: UTF8.self) }

  /// Drops all but the first `count` strings.
  mutating func truncate(to count: Int) {
    guard count < ends.count else { return }
    ends.removeSubrange(count...)
    bytes.removeSubrange((ends.last ?? 0)...)
  }

  /// The numbers of some strings in the order of parts of them, bytewise: of the first parts, where these are equal
  /// of the second, and so on; strings with equal parts stay in their order.
  ///
  /// - Parameters:
  ///   - rows: The strings.
  ///   - cuts: Where the parts of a string end but the last, which ends where the string does.
  /// - Returns: The numbers of the strings.
  func sorted(_ rows: Range<Int>, cuts: (Int) -> [Int] = { _ in [] }) -> [Int] {
    let parts = (rows.first.map { cuts($0).count } ?? 0) + 1
    var ends: [Int] = []
    ends.reserveCapacity(rows.count * parts)
    for row in rows { ends += cuts(row) + [length(row)] }
    return bytes.withUnsafeBytes { bytes in
      func compare(_ a: Int, _ b: Int) -> Bool {
        var (from, fromB) = (start(of: a), start(of: b))
        for part in 0..<parts {
          let to = start(of: a) + ends[(a - rows.lowerBound) * parts + part]
          let toB = start(of: b) + ends[(b - rows.lowerBound) * parts + part]
          let order = Self.order(
            UnsafeRawBufferPointer(rebasing: bytes[from..<max(to, from)]),
            UnsafeRawBufferPointer(rebasing: bytes[fromB..<max(toB, fromB)]))
          if order != 0 { return order < 0 }
          (from, fromB) = (to, toB)
        }
        return a < b
      }
      return rows.sorted(by: compare)
    }
  }

  /// Whether each string comes before the next, bytewise.
  var areAscending: Bool {
    bytes.withUnsafeBytes { bytes in
      (0..<max(count - 1, 0)).allSatisfy { row in
        let middle = ends[row]
        return Self.order(
          UnsafeRawBufferPointer(rebasing: bytes[start(of: row)..<middle]),
          UnsafeRawBufferPointer(rebasing: bytes[middle..<ends[row + 1]])) < 0
      }
    }
  }

  /// Whether two strings are the same.
  func areEqual(_ a: Int, _ b: Int) -> Bool { utf8(a).elementsEqual(utf8(b)) }

  private func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

  /// Negative where `a` comes first, positive where `b` does.
  private static func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let count = min(a.count, b.count)
    if count > 0, let first = a.baseAddress, let second = b.baseAddress {
      let order = memcmp(first, second, count)
      if order != 0 { return Int(order) }
    }
    return a.count - b.count
  }
}
