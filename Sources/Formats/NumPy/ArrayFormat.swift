import Machine
package import Tensor

/// The type of a matrix's numbers.
package enum ValueType: String, Sendable, CaseIterable, Codable {
  /// As they were computed.
  case float32
  /// Rounded to the nearest, ties to even; infinite from 65520 on.
  case float16
}

/// How the numbers of a matrix lie in its file.
package struct ArrayFormat: Sendable, Hashable {
  /// The type of a number.
  package var type = ValueType.float32
  /// Whether the numbers of one unit are together, not those of one image: units × images.
  package var isUnitMajor = false

  /// Float32, image after image.
  package init() {}

  /// Describes a format.
  package init(_ type: ValueType, isUnitMajor: Bool) { (self.type, self.isUnitMajor) = (type, isUnitMajor) }

  /// The type in files.
  package var elementType: ElementType { type == .float32 ? .float32 : .float16 }

  /// NumPy's name of the type.
  package var dtype: String { type == .float32 ? "<f4" : "<f2" }

  /// The shape of a file.
  package func shape(rows: Int, rowShape: Shape) -> Shape {
    Shape(isUnitMajor ? rowShape.extents + [rows] : [rows] + rowShape.extents)
  }

  /// The first bytes of a file.
  func header(rows: Int, rowShape: Shape) -> [UInt8] {
    NPYHeader(elementType: elementType, shape: shape(rows: rows, rowShape: rowShape)).encoded
  }

  /// Lends the bytes that rows × numbers are in a file, where a unit-major one has each unit's together.
  ///
  /// - Throws: What `body` throws.
  func withEncoded(
    _ values: UnsafeBufferPointer<Float>, rows: Int,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    if self == ArrayFormat() { return try body(UnsafeRawBufferPointer(values)) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(values.count * elementType.byteCount, 1), alignment: 64)
    defer { bytes.deallocate() }
    switch type {
    case .float32: arrange(values, rows: rows, into: bytes.bindMemory(to: UInt32.self)) { $0.bitPattern }
    case .float16: arrange(values, rows: rows, into: bytes.bindMemory(to: UInt16.self), Half.bits)
    }
    try body(UnsafeRawBufferPointer(rebasing: bytes[..<(values.count * elementType.byteCount)]))
  }

  @inline(__always)
  private func arrange<Bits: FixedWidthInteger>(
    _ values: UnsafeBufferPointer<Float>, rows: Int, into bits: UnsafeMutableBufferPointer<Bits>,
    _ convert: (Float) -> Bits
  ) {
    guard isUnitMajor, rows > 0 else {
      for index in values.indices { bits[index] = convert(values[index]).littleEndian }
      return
    }
    let units = values.count / rows
    // Blocks of units whose numbers share cache lines.
    for first in stride(from: 0, to: units, by: 16) {
      for row in 0..<rows {
        for unit in first..<min(first + 16, units) {
          bits[unit * rows + row] = convert(values[row * units + unit]).littleEndian
        }
      }
    }
  }
}
