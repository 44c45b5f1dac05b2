/// The records of a pax header, which describe the next member: lines `length key=value LF` (POSIX.1-2001).
struct PaxRecords {
  /// The member's name.
  private(set) var path: [UInt8]?
  /// The member's size; `.some(nil)` if the record's value is not a size.
  private(set) var size: Int??
  /// Whether the member is a sparse file, stored without its holes.
  private(set) var isSparse = false

  /// Creates an empty set of records.
  init() {}

  /// Adds the records of one header; returns false if its text is malformed.
  mutating func add(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    while let first = rest.first {
      // Some programs count the zero padding as part of the records.
      if first == 0 { return rest.allSatisfy { $0 == 0 } }
      let digits = rest.prefix { (48..<58).contains($0) }
      guard (1...9).contains(digits.count), let length = Int(String(decoding: digits, as: UTF8.self)),
        length <= rest.count, length > digits.count + 2
      else { return false }
      let line = rest.prefix(length).dropFirst(digits.count)
      rest = rest.dropFirst(length)
      guard line.first == 32, line.last == 10, let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
        return false
      }
      let key = String(decoding: line[(line.startIndex + 1)..<equals], as: UTF8.self)
      let value = line[(equals + 1)..<(line.endIndex - 1)]
      switch key {
      case "path": path = Array(value)
      case "size": size = .some(Self.decimal(value))
      default: isSparse = isSparse || key.hasPrefix("GNU.sparse.")
      }
    }
    return true
  }

  private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...19).contains(digits.count), digits.allSatisfy({ (48..<58).contains($0) }) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
