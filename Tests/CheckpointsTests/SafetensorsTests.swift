import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("safetensors files are read and written by the rules of the format")
struct SafetensorsTests {
  private static func file(_ header: String, data: Int = 0) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + Array(repeating: 0, count: data)
  }

  private static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}"
  }

  @Test(
    "Each kind of invalid file is refused",
    arguments: [
      (file("{\(entry("a", "F32", "2", "0,8"))}", data: 7), "cut off"),
      (file("{\(entry("a", "F32", "2", "0,8"))}", data: 9), "belong to no tensor"),
      (file("{\(entry("a", "F32", "2", "4,12"))}", data: 12), "hole"),
      (file("{\(entry("a", "F32", "2", "0,8")),\(entry("b", "F32", "1", "4,8"))}", data: 8), "overlaps"),
      (file("{\(entry("a", "F32", "2", "8,0"))}", data: 8), "hole"),
      (file("{\(entry("a", "F32", "3", "0,8"))}", data: 8), "which is not"),
      (file("{\(entry("a", "F32", "4611686018427387904,4", "0,8"))}", data: 8), "which is not"),
      (file("{\(entry("a", "F31", "2", "0,8"))}", data: 8), "F31"),
      (file("{\(entry("a", "F32", "-2", "0,8"))}", data: 8), "no integer"),
      (file("{\(entry("a", "F32", "99999999999999999999", "0,8"))}", data: 8), "no integer"),
      (file("{\(entry("a", "F32", "2", "0,8")),\(entry("a", "F32", "2", "0,8"))}", data: 8), "twice"),
      (file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", data: 8), "needs dtype, shape"),
      (file("{\"a\":{\"type\":\"F32\"}}"), "unknown key"),
      (file("{\"a\":3}"), "no '{'"), (file("{\"a\""), "no ':'"), (file("{\"a"), "does not end"),
      (file("{} x"), "follows its end"), (file("{\"\\ud800\":{}}"), "surrogate"), (file("{}"), "no tensors"),
      (Array(file("{}").prefix(9)), "cut off"),
      (littleEndian(UInt64(1) << 39) + Array("{".utf8), "cut off"),
    ] as [([UInt8], String)])
  func wrong(bytes: [UInt8], reason: String) throws {
    let fault = try openingFault(bytes)
    #expect(fault.contains(reason), "\(fault)")
  }

  @Test("A written file is read back: names, shapes, bits, metadata, order")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let tensors: [(String, Tensor)] = [
      ("z.weight", Tensor(shape: [2, 3], [0, -0.0, 1, .infinity, .nan, .leastNonzeroMagnitude])),
      ("a \"quoted\" \\ näme\u{1}", Tensor(shape: [], [42])),
      ("empty", Tensor(shape: [0, 4], [])),
      ("last", Tensor(shape: [1], [3])),
    ]
    let path = folder("out.safetensors")
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt", "line": "a\nb"], to: path)
    let read = try Checkpoint.open(path)
    #expect(read.names == tensors.map(\.0))
    #expect(read.metadata == ["format": "pt", "line": "a\nb"])
    for (name, tensor) in tensors {
      #expect(try read.tensor(named: name).bits == tensor.bits)
      #expect(read.shape(of: name) == tensor.shape)
    }
    #expect(folder.contents == ["out.safetensors"])
    // The elements must start at a multiple of eight bytes, so that tensors can refer to the mapped bytes.
    let header: UInt64 = try Data(contentsOf: URL(filePath: path)).withUnsafeBytes {
      $0.loadUnaligned(as: UInt64.self)
    }
    #expect(header % 8 == 0)
  }

  @Test(
    "A checkpoint converts to the tensors it has",
    arguments: ["strided-zip.pth", "deflated.npz", "keras.pkl"])
  func conversion(file: String) throws {
    let folder = try TemporaryFolder()
    let source = try Checkpoint.open(Fixtures.path(file))
    try SafetensorsWriter.write(source, to: folder("out"))
    let converted = try Checkpoint.open(folder("out"))
    #expect(converted.names == source.names)
    for name in source.names {
      #expect(try converted.tensor(named: name).bits == source.tensor(named: name).bits)
    }
  }

  @Test("A failed write keeps the previous file, and leaves no other file")
  func failedWrite() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("before".utf8, to: "out")
    let one = Tensor(shape: [1], [1])
    #expect(throws: Failure.self) { try SafetensorsWriter.write([("a", one), ("a", one)], to: path) }
    #expect(throws: Failure.self) { try SafetensorsWriter.write([("__metadata__", one)], to: path) }
    #expect(throws: Failure.self) { try SafetensorsWriter.write(FailingSource(), to: path) }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("before".utf8))
    #expect(folder.contents == ["out"])
    let error = #expect(throws: Failure.self) {
      try SafetensorsWriter.write([("a", one)], to: folder("nowhere/out"))
    }
    #expect(error?.kind == .cannotCreate)
  }

  /// A source whose second tensor cannot be read.
  private struct FailingSource: TensorSource {
    struct Unreadable: Error {}
    let names = ["first", "second"]
    func shape(of name: String) -> Shape? { [1] }
    func tensor(named name: String) throws -> Tensor {
      guard name == "first" else { throw Unreadable() }
      return Tensor(shape: [1], [1])
    }
  }
}
