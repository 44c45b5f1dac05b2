import Formats
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

struct ArrayTests {
  @Test("rows are where NumPy reads them, in any order of writing", arguments: [true, false])
  func bytes(keepOpen: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder("a.npy")
    let file = try ArrayFile(creating: path, rows: 3, rowShape: [2], keepOpen: keepOpen)
    for (row, values) in [(2, [5, 6]), (0, [1, 2]), (1, [3, 4])] as [(Int, [Float])] {
      try values.withUnsafeBufferPointer { try file.write(rowsFrom: row, $0) }
    }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"
    #expect(data.count == 128 + 24)
    #expect(Array(data.prefix(10)) == [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
    #expect(String(decoding: data[10..<10 + header.utf8.count], as: UTF8.self) == header)
    #expect(data[127] == 0x0A)
    let floats = (0..<6).map { index in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(data[128 + 4 * index + $1]) << (8 * $1) })
    }
    #expect(floats == [1, 2, 3, 4, 5, 6])
  }

  @Test("the digest is that of the file")
  func digest() throws {
    let folder = try TemporaryFolder()
    let file = try ArrayFile(creating: folder("a.npy"), rows: 0, rowShape: [4], keepOpen: true)
    // The expected digest is from sha256sum, applied to the header alone.
    let data = try Data(contentsOf: URL(fileURLWithPath: folder("a.npy")))
    #expect(data.count == 128)
    #expect(try file.digest() == data.withUnsafeBytes { SHA256.hexDigest(of: $0) })
  }

  @Test("the error of a file that cannot be created names the file")
  func cannotCreate() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: Failure.self) {
      try ArrayFile(creating: folder("nowhere/a.npy"), rows: 1, rowShape: [1], keepOpen: true)
    }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.message.contains("nowhere/a.npy") == true)
  }
}
