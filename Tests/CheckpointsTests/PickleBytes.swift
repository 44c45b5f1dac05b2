/// Pickles written opcode by opcode, for content that no real writer produces.
struct PickleBytes {
  private(set) var bytes: [UInt8]

  /// Begins a pickle with its protocol.
  init(protocol version: UInt8 = 2) { bytes = [0x80, version] }

  /// Adds opcodes by their characters.
  func op(_ codes: String) -> PickleBytes { adding(Array(codes.utf8)) }

  /// Appends bytes.
  func adding(_ more: [UInt8]) -> PickleBytes {
    var copy = self
    copy.bytes += more
    return copy
  }

  /// Imports a name with the line-based opcode, which every protocol has.
  func global(_ module: String, _ name: String) -> PickleBytes { op("c\(module)\n\(name)\n") }

  /// Imports a name from the stack, as protocol 4 does.
  func stackGlobal(_ module: String, _ name: String) -> PickleBytes { text(module).text(name).adding([0x93]) }

  /// Pushes a text.
  func text(_ text: String) -> PickleBytes {
    adding([0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8))
  }

  /// Pushes a byte string.
  func data(_ data: [UInt8]) -> PickleBytes { adding([0x42] + littleEndian(UInt32(data.count)) + data) }

  /// Pushes an integer.
  func integer(_ value: Int32) -> PickleBytes { adding([0x4A] + littleEndian(UInt32(bitPattern: value))) }

  /// Pushes a tuple of the values that `build` pushes.
  func tuple(_ build: (PickleBytes) -> PickleBytes) -> PickleBytes { build(op("(")).op("t") }

  /// Pushes a NumPy array of float32.
  func array(extents: [Int32], data: [UInt8]) -> PickleBytes {
    global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray")
      .tuple { $0.integer(0) }.data([0x62]).adding([0x87]).op("R")  // (ndarray, (0,), b"b")
      .tuple {
        $0.integer(1).tuple { extents.reduce($0) { $0.integer($1) } }
          .global("numpy", "dtype").tuple { $0.text("f4").integer(0).integer(1) }.op("R").adding([0x89]).data(
            data)
      }.op("b")
  }

  /// The complete pickle.
  var end: [UInt8] { bytes + [0x2E] }
}

/// Returns the bytes of an integer, least significant first.
func littleEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
