package import Machine
package import Tensor

/// The header of a NumPy `.npy` file: element type, byte order, axis order and shape.
///
/// The format is specified in `numpy/lib/format.py`: the magic `\x93NUMPY`, two version bytes, the length of a
/// Python dictionary literal (16 bits in version 1, 32 in 2 and 3), the literal padded so that data starts at a
/// multiple of 64 bytes.
package struct NPYHeader: Sendable, Hashable {
  /// The number format of the elements.
  package let elementType: ElementType
  /// Whether the elements are stored most significant byte first.
  package let isBigEndian: Bool
  /// Whether the first axis varies fastest.
  package let isFortranOrder: Bool
  /// The extents, outermost axis (in the index order) first.
  package let shape: Shape

  /// Describes an array.
  package init(
    elementType: ElementType, shape: Shape, isBigEndian: Bool = false, isFortranOrder: Bool = false
  ) {
    self.elementType = elementType
    self.shape = shape
    self.isBigEndian = isBigEndian
    self.isFortranOrder = isFortranOrder
  }

  /// The bytes of the header, including the magic. The version is 1, or 2 if the shape is too long for
  /// version 1.
  ///
  /// The byte count is a multiple of 64, so that memory-mapped data is aligned for any element type.
  ///
  /// - Precondition: NumPy has the element type (not bfloat16, not eight-bit floats).
  package var encoded: [UInt8] {
    guard let code = elementType.numpyCode else { preconditionFailure("NumPy has no \(elementType)") }
    let order = elementType.byteCount == 1 ? "|" : isBigEndian ? ">" : "<"
    let extents = shape.extents.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
    let literal =
      "{'descr': '\(order)\(code)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
      + "'shape': (\(extents)), }"
    let short = literal.utf8.count + 64 < Int(UInt16.max)
    let prefix = short ? 10 : 12
    let total = (prefix + literal.utf8.count + 1 + 63) / 64 * 64
    var bytes: [UInt8] = Self.magic + [short ? 1 : 2, 0]
    let length = total - prefix
    for shift in stride(from: 0, to: short ? 16 : 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    bytes += literal.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: total - 1 - bytes.count)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// The first six bytes of every `.npy` file.
  package static let magic: [UInt8] = [0x93] + "NUMPY".utf8

  /// Reads the header at the start of some bytes.
  ///
  /// - Returns: The header and its byte count, which is the offset of the elements.
  /// - Throws: ``Malformed`` when the bytes are not such a header, or the dtype is not numeric.
  package static func parse(_ bytes: ByteRegion) throws(Malformed) -> (header: NPYHeader, byteCount: Int) {
    guard bytes.matches(magic), let version = bytes[6] else {
      throw Malformed("it does not begin as an .npy array does")
    }
    guard (1...3).contains(version) else {
      throw Malformed("it is an .npy array of the unknown version \(version)")
    }
    let prefix = version == 1 ? 10 : 12
    let length =
      version == 1
      ? bytes.integer(at: 8, as: UInt16.self).map(Int.init)
      : bytes.integer(at: 8, as: UInt32.self).map(Int.init)
    // Only a structured dtype needs a longer header, and structured dtypes are refused below anyway.
    guard let length, length <= 1 << 16, let literal = bytes.slice(at: prefix, count: length) else {
      throw Malformed("its .npy header is cut off")
    }
    var parser = NPYLiteralParser(literal)
    return (try parser.header(), prefix + length)
  }
}

extension ElementType {
  /// NumPy's type character and size, as in `f4`.
  package var numpyCode: String? {
    switch self {
    case .float16: "f2"
    case .float32: "f4"
    case .float64: "f8"
    case .int8: "i1"
    case .int16: "i2"
    case .int32: "i4"
    case .int64: "i8"
    case .uint8: "u1"
    case .uint16: "u2"
    case .uint32: "u4"
    case .uint64: "u8"
    case .bool: "b1"
    case .complex64: "c8"
    case .complex128: "c16"
    case .bfloat16, .float8e4m3, .float8e5m2: nil
    }
  }

  /// The element type of NumPy's type code; `nil` if the code is not numeric.
  package init?(numpyCode code: some StringProtocol) {
    guard let type = Self.allCases.first(where: { $0.numpyCode.map { $0 == code } ?? false }) else {
      return nil
    }
    self = type
  }
}
