import Tensor

/// One axis of an iteration over a storage.
struct StridedAxis {
  let extent: Int
  /// The stride in elements.
  let stride: Int
}

/// Copies elements of any readable dtype to `Float`, row-major.
///
/// - Parameters:
///   - type: The dtype of the source.
///   - isBigEndian: Whether the most significant byte is first.
///   - bytes: The storage. Every element that the axes reach is inside it.
///   - first: The byte offset of the first element, which need not be aligned.
///   - axes: At least one axis, outermost first, with no extent 0.
///   - output: As many elements as the product of the extents.
func widen(
  _ type: ElementType, isBigEndian: Bool, from bytes: UnsafeRawBufferPointer, at first: Int,
  axes: [StridedAxis], into output: UnsafeMutableBufferPointer<Float>
) {
  func integers<I: FixedWidthInteger>(_: I.Type, _ convert: (I) -> Float) {
    if isBigEndian {
      copy(bytes, first, axes, output) { (raw: I) in convert(I(bigEndian: raw)) }
    } else {
      copy(bytes, first, axes, output) { (raw: I) in convert(I(littleEndian: raw)) }
    }
  }
  switch type {
  case .float16: integers(UInt16.self, Half.float)
  case .bfloat16: integers(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
  case .float32: integers(UInt32.self) { Float(bitPattern: $0) }
  case .float64: integers(UInt64.self) { Float(Double(bitPattern: $0)) }
  case .int8: integers(Int8.self) { Float($0) }
  case .int16: integers(Int16.self) { Float($0) }
  case .int32: integers(Int32.self) { Float($0) }
  case .int64: integers(Int64.self) { Float($0) }
  case .uint8: integers(UInt8.self) { Float($0) }
  case .uint16: integers(UInt16.self) { Float($0) }
  case .uint32: integers(UInt32.self) { Float($0) }
  case .uint64: integers(UInt64.self) { Float($0) }
  case .bool: integers(UInt8.self) { $0 == 0 ? 0 : 1 }
  case .float8e4m3, .float8e5m2, .complex64, .complex128: preconditionFailure("\(type) is not readable")
  }
}

@inline(__always)
private func copy<Raw: FixedWidthInteger>(
  _ bytes: UnsafeRawBufferPointer, _ first: Int, _ axes: [StridedAxis],
  _ output: UnsafeMutableBufferPointer<Float>, _ convert: (Raw) -> Float
) {
  let size = MemoryLayout<Raw>.size
  let inner = axes[axes.count - 1]
  let outer = axes.dropLast()
  var counters = [Int](repeating: 0, count: outer.count)
  var source = first
  var target = 0
  while true {
    let step = inner.stride * size
    for index in 0..<inner.extent {
      output[target + index] = convert(
        bytes.loadUnaligned(fromByteOffset: source + index * step, as: Raw.self))
    }
    target += inner.extent
    // The indices of the outer axes are incremented like the digits of an odometer.
    var axis = outer.count - 1
    while axis >= 0 {
      counters[axis] += 1
      source += outer[axis].stride * size
      if counters[axis] < outer[axis].extent { break }
      source -= outer[axis].extent * outer[axis].stride * size
      counters[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}
