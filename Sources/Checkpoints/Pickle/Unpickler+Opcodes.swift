import Formats
import Machine

extension Unpickler {
  /// Executes one opcode other than STOP.
  mutating func perform(_ opcode: PickleOpcode) throws(Malformed) {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try byte()
      guard version <= 5 else { throw Malformed("the pickle has the unknown protocol \(version)") }
    case .frame: _ = try integer(UInt64.self)

    // Scalars.
    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt: try push(.integer(Int(try integer(Int32.self))))
    case .binInt1: try push(.integer(Int(try byte())))
    case .binInt2: try push(.integer(Int(try integer(UInt16.self))))
    case .long1: try push(try wideInteger(UInt8.self))
    case .long4: try push(try wideInteger(UInt32.self))
    case .int, .long: try push(try decimal())
    case .float:
      guard let value = Double(try textLine()) else { throw Malformed("the pickle has a damaged number") }
      try push(.double(value))
    case .binFloat: try push(.double(Double(bitPattern: try integer(UInt64.self).byteSwapped)))

    // Text and bytes.
    case .unicode: try pushNew(.text(try rawUnicode()))
    case .shortBinUnicode: try pushNew(.text(try utf8(UInt8.self)))
    case .binUnicode: try pushNew(.text(try utf8(UInt32.self)))
    case .binUnicode8: try pushNew(.text(try utf8(UInt64.self)))
    case .string: try pushNew(.bytes(try quoted()))
    case .shortBinString, .shortBinBytes: try pushNew(.bytes(try block(UInt8.self)))
    case .binString, .binBytes: try pushNew(.bytes(try block(UInt32.self)))
    case .binBytes8, .byteArray8: try pushNew(.bytes(try block(UInt64.self)))

    // Containers.
    case .mark: try mark()
    case .pop: try drop()
    case .popMark: _ = try popToMark()
    case .duplicate: try push(try top())
    case .emptyTuple: try pushNew(heap.tuple([]))
    case .tuple1: try pushTuple(1)
    case .tuple2: try pushTuple(2)
    case .tuple3: try pushTuple(3)
    case .tuple: try pushNew(heap.tuple(try popToMark()))
    case .emptyList: try pushNew(heap.list([]))
    case .list: try pushNew(heap.list(try popToMark()))
    case .emptySet: try pushNew(heap.set([]))
    case .frozenSet: try pushNew(heap.set(try popToMark()))
    case .emptyDictionary: try pushNew(heap.dictionary())
    case .dictionary: try pushNew(heap.dictionary(try pairs(try popToMark())))
    case .append: try extend(with: [try pop()])
    case .appends, .addItems: try extend(with: try popToMark())
    case .setItem:
      let value = try pop()
      try setItems([(try pop(), value)])
    case .setItems: try setItems(try pairs(try popToMark()))

    // Memo.
    case .put: try remember(Int(try textLine()))
    case .binPut: try remember(Int(try byte()))
    case .longBinPut: try remember(Int(try integer(UInt32.self)))
    case .memoize: try memoize()
    case .get: try recall(Int(try textLine()))
    case .binGet: try recall(Int(try byte()))
    case .longBinGet: try recall(Int(try integer(UInt32.self)))

    // Imports, instances and calls.
    case .global:
      let module = try textLine()
      try pushNew(try imported(module, try textLine()))
    case .stackGlobal:
      let name = try pop()
      guard let module = try pop().text, let name = name.text else {
        throw Malformed("the pickle imports something without a name")
      }
      try pushNew(try imported(module, name))
    case .reduce:
      let arguments = try pop()
      try pushNew(try call(try pop(), with: arguments))
    case .newObject:
      let arguments = try pop()
      try pushNew(try instantiate(try pop(), with: arguments))
    case .newObjectExtended:
      _ = try pop()  // keyword arguments, which a placeholder does not need
      let arguments = try pop()
      try pushNew(try instantiate(try pop(), with: arguments))
    case .object:
      let values = try popToMark()
      guard let type = values.first else { throw Malformed("the pickle makes an instance of nothing") }
      try pushNew(try instantiate(type, with: heap.tuple(Array(values.dropFirst()))))
    case .instance:
      let module = try textLine()
      let type = try imported(module, try textLine())
      try pushNew(try instantiate(type, with: heap.tuple(try popToMark())))
    case .build: try build(try pop())
    case .binPersistentID: try pushNew(try persistent(try pop()))

    case .persistentID:
      // PyTorch refers to storages by tuples. A text identifies an object of another program.
      _ = try textLine()
      try pushNew(heap.object(PickleObject(origin: Self.outside)))
    case .extension1, .extension2, .extension4: throw Malformed("the pickle uses an extension registry")
    case .nextBuffer, .readOnlyBuffer: throw Malformed("the pickle keeps its buffers outside the file")
    }
  }

  private mutating func pushTuple(_ count: Int) throws(Malformed) {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    try pushNew(heap.tuple(values.reversed()))
  }

  private func pairs(_ values: [PickleValue]) throws(Malformed) -> [(key: PickleValue, value: PickleValue)] {
    guard values.count.isMultiple(of: 2) else { throw Malformed("the pickle has a key without a value") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  /// Appends to the list, set or instance on top of the stack.
  private mutating func extend(with values: [PickleValue]) throws(Malformed) {
    switch try top() {
    case .list(let index), .set(let index): heap.sequences[index] += values
    case .object(let index):
      if let elements = heap.objects[index].elements {
        heap.sequences[elements] += values
      } else {
        heap.sequences.append(values)
        heap.objects[index].elements = heap.sequences.count - 1
      }
    default: throw Malformed("the pickle appends to something that is no list, at byte \(position)")
    }
  }

  /// Sets entries of the dictionary or instance on top of the stack.
  private mutating func setItems(_ entries: [(key: PickleValue, value: PickleValue)]) throws(Malformed) {
    switch try top() {
    case .dictionary(let index): heap.dictionaries[index] += entries
    case .object(let index):
      if let dictionary = heap.objects[index].entries {
        heap.dictionaries[dictionary] += entries
      } else {
        heap.dictionaries.append(entries)
        heap.objects[index].entries = heap.dictionaries.count - 1
      }
    default:
      throw Malformed("the pickle sets an entry of something that is no dictionary, at byte \(position)")
    }
  }

  // MARK: Scalars

  /// Reads a two's complement integer of a given length, least significant byte first.
  private mutating func wideInteger<I: FixedWidthInteger>(_ length: I.Type) throws(Malformed) -> PickleValue {
    let block = try block(length)
    guard block.count > 8 else {
      var bits: UInt64 = 0
      for index in 0..<block.count { bits |= UInt64(block[index] ?? 0) << (8 * index) }
      let unused = 64 - 8 * block.count
      return .integer(block.count == 0 ? 0 : Int(Int64(bitPattern: bits << unused) >> unused))
    }
    // The only relevant integer of this width is PyTorch's magic number, of ten bytes.
    guard block.count <= 16 else { return .wideInteger("more than 128 bits") }
    let negative = (block[block.count - 1] ?? 0) >= 0x80
    var bits: UInt128 = negative ? .max << (8 * UInt128(block.count)) : 0
    for index in 0..<block.count { bits |= UInt128(block[index] ?? 0) << (8 * UInt128(index)) }
    return .wideInteger(String(Int128(bitPattern: bits)))
  }

  /// Reads a decimal integer on a line. Protocol 0 also writes booleans this way (`01`, `00`) and marks longs
  /// with `L`.
  private mutating func decimal() throws(Malformed) -> PickleValue {
    var text = try textLine()
    if text == "01" { return .bool(true) }
    if text == "00" { return .bool(false) }
    if text.last == "L" { text.removeLast() }
    if let value = Int(text) { return .integer(value) }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw Malformed("the pickle has a damaged number at byte \(position)")
    }
    return .wideInteger(text)
  }

  // MARK: Text of protocol 0

  /// Reads a line in Python's raw-unicode-escape: Latin-1 with escaped code points. An escape is a backslash,
  /// then `u` and 4 hexadecimal digits, or `U` and 8, unless the backslash follows an odd number of
  /// backslashes.
  private mutating func rawUnicode() throws(Malformed) -> String {
    let line = Array(try line().latin1.unicodeScalars)
    // A String.UnicodeScalarView would be copied with every scalar appended to it.
    var text: [Unicode.Scalar] = []
    text.reserveCapacity(line.count)
    var index = 0
    while index < line.count {
      let next: Unicode.Scalar? = line[index] == "\\" && index + 1 < line.count ? line[index + 1] : nil
      guard next == "u" || next == "U" else {
        // The second of two backslashes does not begin an escape.
        let count = next == "\\" ? 2 : 1
        text.append(contentsOf: line[index..<index + count])
        index += count
        continue
      }
      let digits = line[(index + 2)...].prefix(next == "u" ? 4 : 8)
      guard digits.count == (next == "u" ? 4 : 8), digits.allSatisfy(\.properties.isASCIIHexDigit),
        let code = UInt32(String(String.UnicodeScalarView(digits)), radix: 16), code <= 0x10FFFF
      else {
        throw Malformed("the pickle has a broken escape at byte \(position)")
      }
      // Python's text may contain a lone surrogate, Swift's may not.
      text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
      index += 2 + digits.count
    }
    return String(String.UnicodeScalarView(text))
  }

  /// Reads a line with a quoted Python 2 string.
  private mutating func quoted() throws(Malformed) -> ByteRegion {
    let line = try line().withUnsafeBytes { Array($0) }
    guard line.count >= 2, let quote = line.first, quote == line.last, quote == 0x22 || quote == 0x27 else {
      throw Malformed("the pickle has a string without quotes at byte \(position)")
    }
    let simple: [UInt8: UInt8] = [
      0x5C: 0x5C, 0x27: 0x27, 0x22: 0x22, 0x61: 0x07, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
      0x74: 0x09,
      0x76: 0x0B,
    ]
    var text: [UInt8] = []
    var rest = line.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == 0x5C else {
        text.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { throw Malformed("the pickle has a broken escape") }
      if escape == 0x78, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        text.append(value)
        rest = rest.dropFirst(2)
      } else if let value = simple[escape] {
        text.append(value)
      } else {
        throw Malformed("the pickle has a broken escape at byte \(position)")
      }
    }
    return ByteRegion(copying: text)
  }
}
