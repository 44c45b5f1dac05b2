import Formats
import Machine

/// Reads a pickle and builds only tensors' descriptions and plain containers.
///
/// The stack, the marks and the memo follow CPython's `Lib/pickle.py` for protocols 0 to 5, but nothing is
/// imported or called: ``PickleCalls`` determines the values of classes and functions. Memory is bounded by
/// the size of the pickle and by ``Limits``.
struct Unpickler {
  /// Limits of one pickle. The largest training checkpoints in use have about 100,000 values.
  enum Limits {
    static let operations = 20_000_000
    static let values = 4_000_000
    static let stack = 1_000_000
    /// The longest argument of a protocol 0 opcode, in bytes. A whole tensor may be on one line.
    static let line = 1 << 34
    /// The depth of PyTorch files within pickles (`torch.storage._load_from_bytes`).
    static let nesting = 4
  }

  let bytes: ByteRegion
  /// The position of the next opcode; after ``run()``, the end of the pickle.
  private(set) var position: Int
  var heap = PickleHeap()
  var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var made = 0
  /// The number of text bytes that calls have re-encoded, and of bytes of nested files that calls have
  /// opened.
  var encoded = 0, opened = 0
  /// The number of pickles that contain this one.
  let nesting: Int

  /// Creates an unpickler for the pickle that starts at an offset.
  init(_ bytes: ByteRegion, at position: Int = 0, nesting: Int = 0) {
    self.bytes = bytes
    self.position = position
    self.nesting = nesting
  }

  /// Returns whether bytes may begin a pickle: with the protocol opcode, or with the opcodes by which
  /// protocols 0 and 1 begin containers and integers.
  static func begins(_ file: ByteRegion) -> Bool {
    guard let first = file[0] else { return false }
    return first == PickleOpcode.proto.rawValue
      ? file[1].map { $0 <= 5 } ?? false : "(}]clL".utf8.contains(first)
  }

  /// Runs to the STOP opcode and returns the value on the stack.
  ///
  /// - Throws: ``Malformed`` when the pickle is truncated, damaged, too large or contains a refused call.
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

  /// Reads a length and as many bytes. The length must not exceed the remaining bytes.
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
    // Python writes lone surrogates unchanged. Swift has no strings for them, and no tensor has such a name.
    return block.utf8 ?? block.latin1
  }

  /// Reads the rest of a line, without its end.
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

  /// Pushes a value that takes additional memory.
  mutating func pushNew(_ value: PickleValue) throws(Malformed) {
    try countNew()
    try push(value)
  }

  /// Counts created or copied values.
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

  /// Removes the top of the stack, or the mark if the mark is on top.
  mutating func drop() throws(Malformed) {
    if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
  }

  mutating func remember(_ slot: Int?) throws(Malformed) {
    guard let slot, slot >= 0 else {
      throw Malformed("the pickle's memo has a damaged slot at byte \(position)")
    }
    memo[slot] = try top()
  }

  /// Stores the top of the stack in the memo under the next free index.
  mutating func memoize() throws(Malformed) { memo[memo.count] = try top() }

  mutating func recall(_ slot: Int?) throws(Malformed) {
    guard let slot, let value = memo[slot] else {
      throw Malformed("the pickle recalls what it never stored, at byte \(position)")
    }
    try push(value)
  }
}
