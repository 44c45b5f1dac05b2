import Machine
package import Tensor

/// The number type of a matrix.
package enum ValueType: String, Sendable, CaseIterable, Codable {
  /// The values as they were computed.
  case float32
  /// The values rounded to the nearest, ties to even; infinite from 65520 on.
  case float16
}

/// The number type and axis order of a matrix in its file.
package struct ArrayFormat: Sendable, Hashable {
  /// The number type.
  package var type = ValueType.float32
  /// Whether the values of one unit are contiguous (units × images), not those of one image (images × units).
  package var isUnitMajor = false

  /// Creates the default format: float32, images × units.
  package init() {}

  /// Describes a format.
  package init(_ type: ValueType, isUnitMajor: Bool) { (self.type, self.isUnitMajor) = (type, isUnitMajor) }

  /// The number type as an element type of files.
  package var elementType: ElementType { type == .float32 ? .float32 : .float16 }

  /// NumPy's dtype string.
  package var dtype: String { type == .float32 ? "<f4" : "<f2" }

  /// The shape of a file.
  package func shape(rows: Int, rowShape: Shape) -> Shape {
    Shape(isUnitMajor ? rowShape.extents + [rows] : [rows] + rowShape.extents)
  }

  /// The first bytes of a file.
  func header(rows: Int, rowShape: Shape) -> [UInt8] {
    NPYHeader(elementType: elementType, shape: shape(rows: rows, rowShape: rowShape)).encoded
  }

  /// Encodes rows × numbers as bytes of a file, and calls `body` with them. In a unit-major file, the values
  /// of each unit are contiguous.
  ///
  /// - Throws: The error of `body`.
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
    // Transposes blocks of units whose values share cache lines.
    for first in stride(from: 0, to: units, by: 16) {
      for row in 0..<rows {
        for unit in first..<min(first + 16, units) {
          bits[unit * rows + row] = convert(values[row * units + unit]).littleEndian
        }
      }
    }
  }
}
