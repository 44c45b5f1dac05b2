import Foundation
import Recording
import Tensor
import TestSupport
import Testing

struct ArrayTests {
  @Test("rows land where NumPy looks for them, in any order of writing", arguments: [true, false])
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
    // sha256sum of the header alone
    let data = try Data(contentsOf: URL(fileURLWithPath: folder("a.npy")))
    #expect(data.count == 128)
    #expect(try file.digest() == sha256(data))
  }

  @Test("a file that cannot be made names itself")
  func cannotCreate() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: RecordingError.self) {
      try ArrayFile(creating: folder("nowhere/a.npy"), rows: 1, rowShape: [1], keepOpen: true)
    }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.message.contains("nowhere/a.npy") == true)
  }

  /// Numbers of a tap whose unit, token and position can be read off them.
  private func row(_ shape: Shape, units: [Int]?) -> ([Float], Shape) {
    let array = RecordedArray(layer: "x", file: "x", source: .tap(0), units: units, tapShape: shape)
    var row = [Float](repeating: -1, count: array.rowShape.count)
    row.withUnsafeMutableBufferPointer { destination in
      (0..<shape.count).map(Float.init).withUnsafeBufferPointer { array.copy(from: $0, into: destination) }
    }
    return (row, array.rowShape)
  }

  @Test("chosen units are columns of vectors, planes of maps and columns of every token")
  func chosenUnits() {
    #expect(row([4], units: [3, 0]) == ([3, 0], [2]))
    #expect(row([3, 2, 2], units: [2, 0]) == ([8, 9, 10, 11, 0, 1, 2, 3], [2, 2, 2]))
    #expect(row([2, 3], units: [2, 0]) == ([2, 0, 5, 3], [2, 2]))
    #expect(row([2, 3], units: nil) == ([0, 1, 2, 3, 4, 5], [2, 3]))
  }

  @Test("chunks are whole batches, several a worker, and bounded in bytes")
  func chunks() {
    #expect(Dump.chunkRows(images: 1_000_000, rowBytes: 1000, batchSize: 8, threads: 2) == 64)
    #expect(Dump.chunkRows(images: 64, rowBytes: 1000, batchSize: 8, threads: 2) == 8)
    #expect(Dump.chunkRows(images: 1, rowBytes: 1000, batchSize: 8, threads: 2) == 8)
    #expect(Dump.chunkRows(images: 1_000_000, rowBytes: 1 << 20, batchSize: 8, threads: 2) == 32)
    #expect(Dump.chunkRows(images: 1_000_000, rowBytes: 1 << 30, batchSize: 8, threads: 2) == 1)
  }
}
