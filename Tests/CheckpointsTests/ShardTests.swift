import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("A sharded checkpoint is read as one, by its index or its folder")
struct ShardTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes two shards and an index, which a test may modify.
  private func write(
    _ map: [String: String] = ["a": "m-00001-of-00002.safetensors", "b": "m-00002-of-00002.safetensors"],
    index: String = "m.safetensors.index.json"
  ) throws -> String {
    for (number, name) in ["a", "b"].enumerated() {
      try SafetensorsWriter.write(
        TensorDictionary([name: Tensor(shape: [2], [Float(number), 7])]),
        to: folder("m-0000\(number + 1)-of-00002.safetensors"))
    }
    let document: [String: Any] = ["metadata": ["total_size": 16], "weight_map": map]
    return try folder.write(try JSONSerialization.data(withJSONObject: document), to: index)
  }

  private func fault(_ path: String, _ kind: Failure.Kind = .badData) throws -> String {
    let error = try #require(#expect(throws: Failure.self) { try Checkpoint.open(path) })
    #expect(error.kind == kind)
    return error.reason.description
  }

  @Test("Tensors come from all shards; size and digest cover every file")
  func reads() throws {
    let index = try write()
    for path in [index, folder.path] {
      let checkpoint = try Checkpoint.open(path)
      #expect(checkpoint.path == index && checkpoint.format == .safetensors)
      #expect(checkpoint.names == ["a", "b"])
      #expect(try checkpoint.tensor(named: "b").elements == [1, 7])
      let files = try [
        "m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors", "m.safetensors.index.json",
      ].map {
        (name: $0, data: try Data(contentsOf: URL(filePath: folder($0))))
      }
      #expect(checkpoint.fileSize == files.reduce(0) { $0 + $1.data.count })
      // `sha256sum m-*.safetensors m.safetensors.index.json | sha256sum`
      let lines = files.map { file in
        file.data.withUnsafeBytes { "\(SHA256.hexDigest(of: $0))  \(file.name)\n" }
      }.joined()
      #expect(try checkpoint.sha256() == Array(lines.utf8).withUnsafeBytes { SHA256.hexDigest(of: $0) })
    }
  }

  @Test("A missing shard is named, and so is a tensor that no shard has")
  func missing() throws {
    let lost = try fault(
      try write(["a": "m-00001-of-00002.safetensors", "b": "m-00003-of-00003.safetensors"]), .inputMissing)
    #expect(lost.contains("m-00003-of-00003.safetensors") && lost.contains("not in its folder"))
    let moved = try fault(
      try write(["a": "m-00001-of-00002.safetensors", "b": "m-00001-of-00002.safetensors"]))
    #expect(moved.contains("'b' is not in 'm-00001-of-00002.safetensors'"))
  }

  @Test(
    "A name outside the folder is refused",
    arguments: ["../x.safetensors", "/etc/passwd", "a/../../b", "", ".", "a//b", "x\0y"])
  func escapes(name: String) throws {
    #expect(try fault(try write(["a": name])).contains("not a file in its folder"))
  }

  @Test("A damaged shard is named")
  func damaged() throws {
    let index = try write()
    _ = try folder.write([1, 2, 3], to: "m-00002-of-00002.safetensors")
    #expect(try fault(index).contains("its shard 'm-00002-of-00002.safetensors'"))
  }

  @Test("An index that refers to another index or has no tensors is refused")
  func hostile() throws {
    let index = try write(["a": "m.safetensors.index.json"])
    #expect(try fault(index).contains("its shard 'm.safetensors.index.json'"))
    #expect(try fault(try write([:])).contains("no tensors"))
  }

  @Test(
    "In a folder, the model's usual file has priority, and ambiguous files are listed"
  )
  func folders() throws {
    let other = try TemporaryFolder()
    #expect(throws: Failure.self) { try Checkpoint.open(other.path) }
    for name in ["model.safetensors", "optimizer.safetensors"] {
      try SafetensorsWriter.write(TensorDictionary([name: Tensor(shape: [1], [1])]), to: other(name))
    }
    #expect(try Checkpoint.open(other.path).names == ["model.safetensors"])
    try FileManager.default.moveItem(atPath: other("model.safetensors"), toPath: other("x.safetensors"))
    let several = try fault(other.path)
    #expect(several.contains("2 checkpoints (optimizer.safetensors, x.safetensors)"))
    try FileManager.default.removeItem(atPath: other("optimizer.safetensors"))
    #expect(try Checkpoint.open(other.path + "/").path == other("x.safetensors"))
  }
}
