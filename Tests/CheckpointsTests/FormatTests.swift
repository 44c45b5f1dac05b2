import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("A checkpoint of every format gives the same tensors as Python")
struct FormatTests {
  @Test("Names, shapes, dtypes and every bit", arguments: Fixtures.formats)
  func equalsPython(file: String, format: Checkpoint.Format) throws {
    let expected = try #require(try Fixtures.expected()[file])
    let checkpoint = try Checkpoint.open(Fixtures.path(file))
    #expect(checkpoint.format == format)
    let dictionary = try checkpoint.stateDictionary()
    #expect(Set(dictionary.names) == Set(expected.map(\.name)))
    #expect(dictionary.tensors.count == expected.count)
    for tensor in expected {
      let info = try #require(
        dictionary.tensors.first { $0.name == tensor.name }, "\(tensor.name) is missing")
      #expect(info.shape.extents == tensor.extents, "\(tensor.name)")
      #expect(info.elementType.rawValue == tensor.type, "\(tensor.name)")
      let read = try dictionary.tensor(named: tensor.name)
      #expect(read.shape.extents == tensor.extents)
      #expect(read.bits == tensor.bits, "\(tensor.name)")
    }
  }

  @Test("Every fixture file is tested")
  func allFixturesAreCovered() throws {
    #expect(Set(try Fixtures.expected().keys) == Set(Fixtures.formats.map(\.file)))
  }

  @Test(
    "Tensors come in file order",
    arguments: [
      "dense.safetensors", "strided-zip.pth", "strided-legacy.pth", "robustness.ckpt", "stored.npz",
    ])
  func order(file: String) throws {
    let expected = try #require(try Fixtures.expected()[file])
    #expect(try Checkpoint.open(Fixtures.path(file)).stateDictionary().names == expected.map(\.name))
  }

  @Test("The metadata of safetensors is returned unchanged")
  func metadata() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("dense.safetensors"))
    #expect(checkpoint.metadata == ["format": "pt", "läuft": "a \"b\"\n"])
    #expect(try Checkpoint.open(Fixtures.path("stored.npz")).metadata.isEmpty)
  }

  @Test("Aligned float32 refers to the mapping without a copy")
  func mapping() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("strided-zip.pth"))
    func address(_ name: String) throws -> UnsafePointer<Float>? {
      try checkpoint.tensor(named: name).withUnsafeBufferPointer { $0.baseAddress }
    }
    let (base, slice) = (try #require(try address("base")), try #require(try address("slice")))
    #expect(slice == base + 5)  // two views of the same storage
    #expect(try address("base") == base)
    let (first, second) = (
      try checkpoint.tensor(named: "transposed"), try checkpoint.tensor(named: "transposed")
    )
    #expect(
      first.withUnsafeBufferPointer { $0.baseAddress } != second.withUnsafeBufferPointer { $0.baseAddress })
  }

  @Test("A tensor outlives its checkpoint")
  func lifetime() throws {
    let tensor = try Checkpoint.open(Fixtures.path("strided-zip.pth")).tensor(named: "base")
    #expect(tensor.elements == (0..<24).map(Float.init))
  }

  @Test("An unknown name is an error, and has no shape")
  func unknownName() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("dense.safetensors"))
    #expect(throws: UnknownName.self) { try checkpoint.tensor(named: "F32") }
    #expect(checkpoint.shape(of: "F32") == nil)
    #expect(checkpoint.shape(of: "f32") == [2, 5])
  }

  @Test("Size and digest are the file's")
  func digest() throws {
    let path = Fixtures.path("dense.safetensors")
    let checkpoint = try Checkpoint.open(path)
    let data = try Data(contentsOf: URL(filePath: path))
    #expect(checkpoint.fileSize == data.count)
    #expect(try checkpoint.sha256() == data.withUnsafeBytes { SHA256.hexDigest(of: $0) })
    // FIPS 180-2, appendix B.1
    #expect(
      Array("abc".utf8).withUnsafeBytes { SHA256.hexDigest(of: $0) }
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("A missing file is missing; a file that is not a checkpoint is bad data")
  func notCheckpoints() throws {
    let folder = try TemporaryFolder()
    for path in [folder("nothing"), folder.path, folder("nothing/inside")] {
      let error = #expect(throws: Failure.self) { try Checkpoint.open(path) }
      #expect(error?.kind == .inputMissing)
    }
    #expect(try openingFault([]).contains("empty"))
    #expect(try openingFault([0xFE, 0xDC, 0xBA, 0x98]).contains("no checkpoint this program knows"))
  }

  @Test("A pipe is refused without waiting")
  func pipe() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder("pipe"), 0o600) == 0)
    let error = #expect(throws: Failure.self) { try Checkpoint.open(folder("pipe")) }
    #expect(error?.reason.description.contains("not a regular file") == true)
  }
}
