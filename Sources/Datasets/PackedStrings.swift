import Foundation

/// Byte strings in one block of memory. An array of `String` would cost a heap allocation per path.
package struct PackedStrings: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// Creates an empty array of strings.
  package init() {}

  /// The number of strings.
  package var count: Int { ends.count }

  /// The approximate memory of the strings, in bytes.
  var byteCount: Int { bytes.capacity + 8 * ends.capacity }

  /// The total byte count of all strings.
  var bytesOfStrings: Int { bytes.count }

  /// Reserves capacity for more strings, because growth by doubling would use twice the memory.
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

  /// Returns the bytes of one string.
  package func utf8(_ index: Int) -> ArraySlice<UInt8> { bytes[start(of: index)..<ends[index]] }

  /// Returns the byte count of one string.
  func length(_ index: Int) -> Int { ends[index] - start(of: index) }

  /// One string as text. Bytes that are not UTF-8 are replaced.
  package subscript(index: Int) -> String { String(decoding: utf8(index), as: UTF8.self) }

  /// Drops all but the first `count` strings.
  mutating func truncate(to count: Int) {
    guard count < ends.count else { return }
    ends.removeSubrange(count...)
    bytes.removeSubrange((ends.last ?? 0)...)
  }

  /// Returns the indices of strings, sorted bytewise part by part: by the first parts, then by the second
  /// parts, and so on. The sort is stable.
  ///
  /// - Parameters:
  ///   - rows: The strings.
  ///   - cuts: The end offsets of all parts of a string but the last, which ends with the string.
  /// - Returns: The indices of the strings.
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

  /// Whether each string precedes the next one bytewise.
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

  /// Whether two strings are equal.
  func areEqual(_ a: Int, _ b: Int) -> Bool { utf8(a).elementsEqual(utf8(b)) }

  private func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

  /// Returns a negative number if `a` precedes `b`, a positive number if `b` precedes `a`.
  private static func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let count = min(a.count, b.count)
    if count > 0, let first = a.baseAddress, let second = b.baseAddress {
      let order = memcmp(first, second, count)
      if order != 0 { return Int(order) }
    }
    return a.count - b.count
  }
}
