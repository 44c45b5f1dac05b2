import Formats
import Machine
import Tensor

/// Reads safetensors: eight bytes with the header's length, a JSON header, then the elements of every tensor.
///
/// The rules are those of the reference implementation: offsets are inside the buffer, tensors neither
/// overlap nor leave gaps, and the last tensor ends at the end of the file.
enum SafetensorsReader {
  /// Returns whether bytes begin like a safetensors file: a header length that fits the file, then a brace.
  static func begins(_ file: ByteRegion) -> Bool {
    guard let length: UInt64 = file.integer(at: 0) else { return false }
    return length < 1 << 40 && file[8] == UInt8(ascii: "{")
  }

  static func contents(of file: ByteRegion) throws(Malformed) -> CheckpointContents {
    // The reference implementation also refuses headers larger than 100 MB.
    guard let length = file.integer(at: 0, as: UInt64.self).flatMap(Int.init(exactly:)),
      length <= 100_000_000,
      let header = file.slice(at: 8, count: length)
    else { throw Malformed("the safetensors header is longer than the file: it is cut off") }
    guard let data = file.slice(at: 8 + length, count: file.count - 8 - length) else {
      throw Malformed("the safetensors file is cut off")
    }
    var parser = SafetensorsHeaderParser(header)
    let (entries, metadata) = try parser.parse()
    var end = 0
    var contents = CheckpointContents(format: .safetensors, tensors: [], metadata: metadata)
    for entry in entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard entry.start == end, entry.end >= entry.start else {
        throw Malformed("tensor '\(entry.name)' overlaps another or leaves a hole before it")
      }
      guard let bytes = data.slice(at: entry.start, count: entry.end - entry.start) else {
        throw Malformed("tensor '\(entry.name)' ends beyond the file: it is cut off")
      }
      end = entry.end
      guard let type = ElementType.allCases.first(where: { $0.safetensorsName == entry.type }) else {
        contents.unreadable[entry.name] = "a tensor of the unknown element type '\(entry.type)'"
        continue
      }
      guard let count = Shape.checkedCount(of: entry.extents),
        case let (size, overflow) = count.multipliedReportingOverflow(by: type.byteCount),
        !overflow, size == bytes.count
      else {
        throw Malformed(
          "tensor '\(entry.name)' has \(bytes.count) bytes, which is not \(entry.extents) of \(type)")
      }
      contents.tensors.append(
        try StoredTensor(
          name: entry.name, elementType: type, extents: entry.extents, capacity: count,
          source: .bytes(bytes)))
    }
    guard end == data.count else { throw Malformed("\(data.count - end) bytes belong to no tensor") }
    return contents
  }
}

extension ElementType {
  /// The dtype's name in a safetensors header.
  var safetensorsName: String? {
    switch self {
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float32: "F32"
    case .float64: "F64"
    case .float8e4m3: "F8_E4M3"
    case .float8e5m2: "F8_E5M2"
    case .int8: "I8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .uint8: "U8"
    case .uint16: "U16"
    case .uint32: "U32"
    case .uint64: "U64"
    case .bool: "BOOL"
    case .complex64: "C64"
    case .complex128: nil
    }
  }
}
