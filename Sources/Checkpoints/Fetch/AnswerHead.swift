/// The head of an HTTP answer: its status and its fields.
struct AnswerHead: Equatable {
  let status: Int
  /// Values by name in lower case; of a field that is there twice, the last.
  private(set) var fields: [String: String] = [:]

  /// Reads the lines of a head; `nil` where the first is no status line.
  init?(_ lines: [String]) {
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count > 1, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else { return nil }
    self.status = status
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { fields[parts[0].lowercased()] = Self.trimmed(parts[1]) }
    }
  }

  /// Whether another head follows, as the answer is not the last one.
  var isPassing: Bool {
    (100..<200).contains(status) || (300..<400).contains(status) && fields["location", default: ""] != ""
  }

  /// The numbers of `Content-Range`.
  var range: ContentRange? { fields["content-range"].flatMap(ContentRange.init) }

  /// The validator by which the rest of the same file can be asked for; a weak one does not promise the same bytes.
  var validator: String? { fields["etag"].flatMap { $0.hasPrefix("W/") ? nil : $0 } }

  private static func trimmed(_ value: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var rest = value.drop(while: isSpace)
    while rest.last.map(isSpace) == true { rest.removeLast() }
    return String(rest)
  }
}

/// The numbers of a `Content-Range` header: `bytes 5-9/10`, or `bytes */10` where a range was refused.
struct ContentRange: Equatable {
  let start: Int?
  let total: Int?

  init?(_ header: String) {
    guard header.hasPrefix("bytes ") else { return nil }
    let parts = header.dropFirst(6).split(separator: "/")
    guard parts.count == 2 else { return nil }
    start = parts[0].split(separator: "-").first.flatMap { Int($0) }
    total = Int(parts[1])
  }
}

/// Heads of answers, taken from the front of a stream of bytes, until that of the last answer is there.
struct HeadReader {
  /// The bytes that a head may have; servers send some hundreds.
  private static let limit = 1 << 20

  /// The head of the answer whose body follows.
  private(set) var head: AnswerHead?
  /// Whether the stream is no HTTP.
  private(set) var isBroken = false
  private var lines: [String] = []
  private var line: [UInt8] = []
  private var count = 0

  /// Takes bytes, and returns how many of them belong to heads; the others are the body's.
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    var taken = 0
    while head == nil, !isBroken, taken < bytes.count {
      let byte = bytes[taken]
      taken += 1
      count += 1
      isBroken = count > Self.limit
      if byte == UInt8(ascii: "\n") { endLine() } else if byte != UInt8(ascii: "\r") { line.append(byte) }
    }
    return taken
  }

  private mutating func endLine() {
    guard line.isEmpty else {
      lines.append(String(decoding: line, as: UTF8.self))
      line = []
      return
    }
    guard let next = AnswerHead(lines) else { return isBroken = true }
    if !next.isPassing { head = next }
    lines = []
  }
}
