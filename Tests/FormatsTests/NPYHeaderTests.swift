import Formats
import Foundation
import Machine
import Tensor
import Testing

@Suite("The header of .npy files")
struct NPYHeaderTests {
  private static func parse(_ bytes: [UInt8]) throws -> (header: NPYHeader, byteCount: Int) {
    try NPYHeader.parse(ByteRegion(copying: bytes))
  }

  /// Returns a file of version 1 with a given literal.
  private static func file(_ literal: String, version: UInt8 = 1) -> [UInt8] {
    let count = UInt32(literal.utf8.count)
    let length = withUnsafeBytes(of: count.littleEndian) { Array($0.prefix(version == 1 ? 2 : 4)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(literal.utf8)
  }

  @Test("Headers are those of numpy.lib.format.write_array_header_1_0")
  func bytes() {
    let header = NPYHeader(elementType: .float32, shape: [3, 5])
    // The literal is that of NumPy 1.x. Later versions reserve space for a larger first extent, which changes
    // only the padding.
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5), }"
    let padding = String(repeating: " ", count: 118 - text.utf8.count - 1) + "\n"
    #expect(header.encoded == [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array((text + padding).utf8))
  }

  @Test(
    "Written headers are read back, and data starts at a multiple of 64",
    arguments: [[], [7], [3, 5], [0, 4], [1, 2, 3, 4, 5]] as [[Int]])
  func roundTrip(extents: [Int]) throws {
    for type in ElementType.allCases where type.numpyCode != nil {
      for isBigEndian in [false, true] where type.byteCount > 1 || !isBigEndian {
        let header = NPYHeader(
          elementType: type, shape: Shape(extents), isBigEndian: isBigEndian, isFortranOrder: isBigEndian)
        let encoded = header.encoded
        #expect(encoded.count % 64 == 0)
        let (read, count) = try Self.parse(encoded + [1, 2, 3])
        #expect(read == header)
        #expect(count == encoded.count)
      }
    }
  }

  @Test("Elements of one byte have no byte order, whatever the header", arguments: ["<", ">", "|", "="])
  func singleBytes(order: String) throws {
    // Fuzzing found this case: the header that was written for `>b1` was not read back as the same header.
    let literal = "{'descr': '\(order)b1', 'fortran_order': True, 'shape': (2,), }"
    let header = try Self.parse(Self.file(literal)).header
    #expect(header == NPYHeader(elementType: .bool, shape: [2], isFortranOrder: true))
    #expect(try Self.parse(header.encoded).header == header)
  }

  @Test("A shape too long for version 1 is written in version 2")
  func longShape() throws {
    let header = NPYHeader(elementType: .float32, shape: Shape(Array(repeating: 1_000_000_000, count: 6_000)))
    #expect(header.encoded[6] == 2 && header.encoded.count % 64 == 0)
  }

  @Test(
    "Other writers' headers",
    arguments: [
      "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
      "{\"descr\": \"<f4\", 'fortran_order': False, 'shape': (2L, 3L), }   \n",
      "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
    ])
  func variants(literal: String) throws {
    for version in [1, 2, 3] as [UInt8] {
      let header = try Self.parse(Self.file(literal, version: version)).header
      #expect(header == NPYHeader(elementType: .float32, shape: [2, 3]))
    }
  }

  @Test(
    "Damaged headers",
    arguments: [
      "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, }",
      "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}", "{'descr': '<f4", "", "[]",
      "{'descr': '<U5', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '|O', 'fortran_order': False, 'shape': ()}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
    ])
  func damage(literal: String) {
    #expect(throws: Malformed.self) { try Self.parse(Self.file(literal)) }
  }

  @Test("Truncated files and files of another format")
  func truncation() {
    let whole = NPYHeader(elementType: .float32, shape: [2]).encoded
    for count in 0..<whole.count {
      #expect(throws: Malformed.self) { try Self.parse(Array(whole.prefix(count))) }
    }
    #expect(throws: Malformed.self) { try Self.parse(Self.file("{}", version: 9)) }
  }
}
