/// The dtype of a tensor in a file.
package enum ElementType: String, Sendable, CaseIterable, CustomStringConvertible {
  /// IEEE binary formats and bfloat16.
  case float16, bfloat16, float32, float64
  /// Eight-bit floating point, which is listed but cannot be read.
  case float8e4m3, float8e5m2
  /// Signed integers in two's complement.
  case int8, int16, int32, int64
  /// Unsigned integers.
  case uint8, uint16, uint32, uint64
  /// One byte, 0 or 1.
  case bool
  /// Complex numbers, which are listed but cannot be read.
  case complex64, complex128

  /// The size of one element in bytes.
  package var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool, .float8e4m3, .float8e5m2: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether an element can be converted to a `Float`: false for complex numbers and eight-bit floats.
  package var isReadable: Bool {
    switch self {
    case .float8e4m3, .float8e5m2, .complex64, .complex128: false
    default: true
    }
  }

  /// The name, as in PyTorch and NumPy.
  package var description: String { rawValue }
}
