import Formats
import Machine

/// A machine that reads a pickle and builds tensors' descriptions and plain containers, nothing else.
///
/// It follows CPython's `Lib/pickle.py` for the stack, the marks and the memo of protocols 0 to 5, but imports
/// nothing and calls nothing: what a class or function would have made is decided by ``PickleCalls``. Memory is
/// bounded by the size of the pickle and by ``Limits``.
struct Unpickler {
  /// Bounds on what one pickle may build. The largest training checkpoints in use have some 100,000 values.
  enum Limits {
    static let operations = 20_000_000
    static let values = 4_000_000
    static let stack = 1_000_000
    /// The argument of an opcode of protocol 0, in bytes: a whole tensor may be on one line.
    static let line = 1 << 34
    /// Files of PyTorch within a pickle (`torch.storage._load_from_bytes`) within such a file.
    static let nesting = 4
  }

  let bytes: ByteRegion
  /// Where the next opcode is; after ``run()``, where the pickle ends.
  private(set) var position: Int
  var heap = PickleHeap()
  var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var made = 0
  /// Bytes of text that calls have re-encoded, and of files within the pickle that they have opened.
  var encoded = 0, opened = 0
  /// How many pickles this one is in.
  let nesting: Int

  /// Prepares to read the pickle that starts at an offset.
  init(_ bytes: ByteRegion, at position: Int = 0, nesting: Int = 0) {
    self.bytes = bytes
    self.position = position
    self.nesting = nesting
  }

  /// Whether some bytes may begin a pickle: the protocol opcode, or what protocol 0 and 1 start containers and
  /// integers with.
  static func begins(_ file: ByteRegion) -> Bool {
    guard let first = file[0] else { return false }
    return first == PickleOpcode.proto.rawValue
      ? file[1].map { $0 <= 5 } ?? false : "(}]clL".utf8.contains(first)
  }

  /// Reads to the STOP opcode and gives the value left.
  ///
  /// - Throws: ``Malformed`` when the pickle is cut off, damaged, too large or calls something it may not.
  mutating func run() throws(Malformed) -> PickleValue {
    for _ in 0..<Limits.operations {
      let code = try byte()
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw Malformed("the pickle has the unknown opcode \(code) at byte \(position - 1)")
      }
      if opcode == .stop { return try pop() }
      try perform(opcode)
    }
    throw Malformed("the pickle has more than \(Limits.operations) operations")
  }

  // MARK: Bytes

  private func cutOff() -> Malformed { Malformed("the pickle is cut off at byte \(position)") }

  mutating func byte() throws(Malformed) -> UInt8 {
    guard let byte = bytes[position] else { throw cutOff() }
    position += 1
    return byte
  }

  mutating func integer<I: FixedWidthInteger>(_ type: I.Type) throws(Malformed) -> I {
    guard let value: I = bytes.integer(at: position) else { throw cutOff() }
    position += MemoryLayout<I>.size
    return value
  }

  /// A length field, which must fit what is left of the bytes.
  mutating func block<I: FixedWidthInteger>(_ length: I.Type) throws(Malformed) -> ByteRegion {
    guard let count = Int(exactly: try integer(length)), let block = bytes.slice(at: position, count: count)
    else {
      throw cutOff()
    }
    position += count
    return block
  }

  mutating func utf8<I: FixedWidthInteger>(_ length: I.Type) throws(Malformed) -> String {
    let block = try block(length)
    // Python writes lone surrogates as they are; they have no Swift string, and no tensor is named so.
    return block.utf8 ?? block.latin1
  }

  /// The rest of a line, without its end.
  mutating func line() throws(Malformed) -> ByteRegion {
    guard let end = bytes.firstIndex(of: 0x0A, from: position, limit: Limits.line),
      let line = bytes.slice(at: position, count: end - position)
    else { throw cutOff() }
    position = end + 1
    return line
  }

  mutating func textLine() throws(Malformed) -> String {
    let line = try line()
    return line.utf8 ?? line.latin1
  }

  // MARK: Stack, marks and memo

  mutating func push(_ value: PickleValue) throws(Malformed) {
    guard stack.count < Limits.stack else {
      throw Malformed("the pickle's stack grows beyond \(Limits.stack)")
    }
    stack.append(value)
  }

  /// Pushes a value that takes memory of its own.
  mutating func pushNew(_ value: PickleValue) throws(Malformed) {
    try countNew()
    try push(value)
  }

  /// Counts values that are made or copied.
  mutating func countNew(_ count: Int = 1) throws(Malformed) {
    made += count
    guard made <= Limits.values else {
      throw Malformed("the pickle builds more than \(Limits.values) values")
    }
  }

  mutating func pop() throws(Malformed) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw Malformed("the pickle takes from an empty stack at byte \(position)")
    }
    return value
  }

  func top() throws(Malformed) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw Malformed("the pickle reads from an empty stack at byte \(position)")
    }
    return value
  }

  mutating func mark() throws(Malformed) {
    guard marks.count < Limits.stack else {
      throw Malformed("the pickle's marks grow beyond \(Limits.stack)")
    }
    marks.append(stack.count)
  }

  mutating func popToMark() throws(Malformed) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw Malformed("the pickle lacks a mark at byte \(position)") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  /// Drops the top of the stack, or the mark where that is on top.
  mutating func drop() throws(Malformed) {
    if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
  }

  mutating func remember(_ slot: Int?) throws(Malformed) {
    guard let slot, slot >= 0 else {
      throw Malformed("the pickle's memo has a damaged slot at byte \(position)")
    }
    memo[slot] = try top()
  }

  /// Stores the top under the next free number.
  mutating func memoize() throws(Malformed) { memo[memo.count] = try top() }

  mutating func recall(_ slot: Int?) throws(Malformed) {
    guard let slot, let value = memo[slot] else {
      throw Malformed("the pickle recalls what it never stored, at byte \(position)")
    }
    try push(value)
  }
}
