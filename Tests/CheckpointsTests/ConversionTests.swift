import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("Elements become the nearest Float for every dtype and stride")
struct ConversionTests {
  private static func file(_ type: String, _ count: Int, _ bytes: [UInt8]) -> [UInt8] {
    let header = "{\"x\":{\"dtype\":\"\(type)\",\"shape\":[\(count)],\"data_offsets\":[0,\(bytes.count)]}}"
    return littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + bytes
  }

  private static func read(_ type: String, _ count: Int, _ bytes: [UInt8]) throws -> Tensor {
    let folder = try TemporaryFolder()
    return try Checkpoint.open(try folder.write(file(type, count, bytes), to: "file")).tensor(named: "x")
  }

  private static let allSixteenBits = (UInt16.min...UInt16.max).flatMap { littleEndian($0) }

  @Test("All 65,536 halves equal those of the hardware type")
  func halves() throws {
    let read = try Self.read("F16", 1 << 16, Self.allSixteenBits).elements
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let value = read[Int(bits)]
      #expect(expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern, "\(bits)")
    }
  }

  @Test("All 65,536 bfloat16 are the upper halves of a Float")
  func brainFloats() throws {
    let read = try Self.read("BF16", 1 << 16, Self.allSixteenBits).bits
    #expect(read == (0..<(1 << 16)).map { UInt32($0) << 16 })
  }

  @Test("Integers and doubles round to nearest, for random and extreme values")
  func rounding() throws {
    var random = SplitMix(seed: 1)
    let words = [0, 1, .max, 1 << 63, (1 << 63) - 1, 1 << 24 | 1] + (0..<500).map { _ in random.next() }
    let bytes = words.flatMap { littleEndian($0) }
    #expect(try Self.read("I64", words.count, bytes).elements == words.map { Float(Int64(bitPattern: $0)) })
    #expect(try Self.read("U64", words.count, bytes).elements == words.map { Float($0) })
    let doubles = try Self.read("F64", words.count, bytes).elements
    for (read, word) in zip(doubles, words) {
      let expected = Float(Double(bitPattern: word))
      #expect(read == expected || (read.isNaN && expected.isNaN))
    }
    let narrow = words.map { Int32(truncatingIfNeeded: $0) }
    #expect(
      try Self.read("I32", narrow.count, narrow.flatMap { littleEndian($0) }).elements
        == narrow.map { Float($0) })
  }

  @Test("Unaligned float32 is copied with the same bits")
  func unaligned() throws {
    let words = (0..<100).map { UInt32(truncatingIfNeeded: 0x3F80_0000 &+ $0 &* 12_345) }
    for padding in 0..<4 {
      // Spaces in the header move the data by one byte each.
      let folder = try TemporaryFolder()
      let header =
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[100],\"data_offsets\":[0,400]}}"
        + String(repeating: " ", count: padding)
      let bytes =
        littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + words.flatMap { littleEndian($0) }
      #expect(try Checkpoint.open(try folder.write(bytes, to: "file")).tensor(named: "x").bits == words)
    }
  }

  @Test("Complex numbers and eight-bit floats are listed, and refused when read")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try Checkpoint.open(try folder.write(Self.file("F8_E4M3", 3, [1, 2, 3]), to: "file"))
    #expect(checkpoint.tensors.first?.elementType == .float8e4m3)
    let error = #expect(throws: Failure.self) { try checkpoint.tensor(named: "x") }
    #expect(error?.kind == .badData)
    #expect(error?.reason.description.contains("'x'") == true)
  }

  @Test("Any permutation of the axes of any shape is read according to its definition")
  func stridesProperty() throws {
    var random = SplitMix(seed: 7)
    for _ in 0..<200 {
      let rank = Int(random.next() % 5)
      let extents = (0..<rank).map { _ in Int(random.next() % 4) + 1 }
      // The memory layout: a random order of the axes, with a random step and offset.
      let order = (0..<rank).shuffled(using: &random)
      var strides = [Int](repeating: 0, count: rank)
      var span = Int(random.next() % 3) + 1
      for axis in order.reversed() {
        strides[axis] = random.next() % 8 == 0 ? 0 : span
        span *= extents[axis]
      }
      let offset = Int(random.next() % 5)
      let capacity = offset + zip(extents, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
      let folder = try TemporaryFolder()
      let bytes = TorchBytes.legacy(extents: extents, strides: strides, offset: offset, capacity: capacity)
      let tensor = try Checkpoint.open(try folder.write(bytes, to: "file")).tensor(named: "x")
      var expected: [Float] = []
      for index in 0..<extents.reduce(1, *) {
        var (rest, position) = (index, offset)
        for axis in (0..<rank).reversed() {
          position += rest % extents[axis] * strides[axis]
          rest /= extents[axis]
        }
        expected.append(Float(position))
      }
      #expect(tensor.elements == expected, "\(extents) by \(strides) from \(offset)")
      // With one element less in the storage, the last element is outside.
      let short = TorchBytes.legacy(
        extents: extents, strides: strides, offset: offset, capacity: capacity - 1)
      #expect(try openingFault(short).contains("reaches element \(capacity - 1)"))
    }
  }

  @Test("A few elements expanded to an absurd number are refused")
  func expansion() throws {
    let side = 1 << 20
    let bytes = TorchBytes.legacy(extents: [side, side], strides: [0, 0], offset: 0, capacity: 1)
    #expect(try openingFault(bytes).contains("expands 1 elements"))
    let overflow = TorchBytes.legacy(extents: [2, 2], strides: [.max, .max], offset: 0, capacity: 1)
    #expect(try openingFault(overflow).contains("impossible strides"))
    let negative = TorchBytes.legacy(extents: [2], strides: [-1], offset: 1, capacity: 2)
    #expect(try openingFault(negative).contains("impossible strides"))
  }
}

/// Writes a legacy PyTorch file with one float32 tensor `x` whose storage counts up from 0.
private enum TorchBytes {
  static func legacy(extents: [Int], strides: [Int], offset: Int, capacity: Int) -> [UInt8] {
    func integers(_ values: [Int]) -> (PickleBytes) -> PickleBytes {
      { pickle in pickle.tuple { values.reduce($0) { $0.adding([0x8A, 8] + littleEndian(Int64($1))) } } }
    }
    let magic = PickleBytes().adding([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
      .end
    let version = PickleBytes().integer(1001).end
    let system = PickleBytes().op("}").text("little_endian").adding([0x88]).op("s").end
    let object = PickleBytes().op("}").text("x").global("torch._utils", "_rebuild_tensor_v2").tuple {
      pickle in
      let storage = pickle.tuple {
        $0.text("storage").global("torch", "FloatStorage").text("0").text("cpu").integer(Int32(capacity)).op(
          "N")
      }.op("Q")
      return integers(strides)(integers(extents)(storage.adding([0x8A, 8] + littleEndian(Int64(offset)))))
        .adding([0x89]).op("}")
    }.op("R").op("s").end
    let keys = PickleBytes().op("]").text("0").op("a").end
    let data = (0..<max(capacity, 0)).flatMap { littleEndian(Float($0).bitPattern) }
    return magic + version + system + object + keys + littleEndian(Int64(capacity)) + data
  }
}
