import Foundation

@testable import Checkpoints
@testable import Formats
@testable import Machine
@testable import Models
@testable import Tensor

extension Target {
  static let checkpoints = [
    Target("pickle") { try readAll(NumPyPickleReader.contents(of: $0)) },
    Target("zip") { bytes in
      let archive = try ZipArchive(bytes)
      for entry in archive.entries {
        claim(archive[entry.name] != nil, "'\(entry.name)' is not found")
        let start = try? entry.prefix(16)
        guard let content = try? entry.content() else { continue }
        claim(content.count == entry.size, "'\(entry.name)' has \(content.count) bytes, not \(entry.size)")
        claim(start.map { content.matches($0.array) } ?? false, "'\(entry.name)' begins otherwise")
      }
    },
    Target("torch") { bytes in
      guard let archive = try TorchArchive(ZipArchive(bytes)) else { return }
      try readAll(archive.contents())
    },
    Target("torch-legacy") { bytes in
      if let contents = try TorchLegacyReader.contents(of: bytes) { readAll(contents) }
    },
    Target("safetensors") { try readAll(SafetensorsReader.contents(of: $0)) },
    Target("npy") { bytes in
      let (header, start) = try NPYHeader.parse(bytes)
      claim(start <= bytes.count, "the header ends behind the file")
      let again = try NPYHeader.parse(ByteRegion(copying: header.encoded))
      claim(again.header == header, "\(header) was written as \(again.header)")
    },
    Target("npz") { try readAll(NPZReader.contents(of: ZipArchive($0))) },
    // The format found by content, as users open files, and a network looked for in what there is.
    Target("checkpoint") { bytes in
      let contents = try CheckpointContents(bytes)
      readAll(contents)
      let checkpoint = Checkpoint(path: "file", [], contents)
      let choice = try squeezeNet.choice(from: checkpoint)
      claim(choice.outside.count <= checkpoint.tensors.count, "more is outside than there is")
      for name in checkpoint.names {
        claim(
          checkpoint.dictionaries.contains(checkpoint.dictionary(of: name)), "'\(name)' is in no dictionary")
      }
    },
    // The index of a sharded checkpoint, and what it names.
    Target("index") { bytes in
      guard let index = try CheckpointIndex(bytes) else { return }
      for shard in index.shards {
        claim(
          !shard.hasPrefix("/") && !shard.split(separator: "/").contains(".."), "'\(shard)' leaves the folder"
        )
      }
      let folder = try shardFolder.get()
      try bytes.data.write(to: URL(filePath: "\(folder)/model.safetensors.index.json"))
      for path in ["\(folder)/model.safetensors.index.json", folder] {
        if let checkpoint = try? Checkpoint.open(path) {
          claim(Set(checkpoint.names).isSubset(of: index.shardOfTensor.keys), "it has tensors of no shard")
        }
      }
    },
  ]

  /// A folder in memory with one shard in it.
  private static let shardFolder: Result<String, any Error> = Result {
    let path = Folder.shared.path + "-weights"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: Folder.shared.path + "-weights") }
    try SafetensorsWriter.write(
      TensorDictionary(["a": Tensor(shape: [2], [1, 2])]), to: "\(path)/model-00001-of-00002.safetensors")
    return path
  }

  private static let squeezeNet = Model.all.first { $0.identifier == "squeezenet1_1" } ?? Model.all[0]

  private static func readAll(_ contents: CheckpointContents) {
    for stored in contents.tensors {
      guard let tensor = try? stored.read() else { continue }
      let count = stored.extents.reduce(1, *)
      // Every element is touched: one outside its storage is one that AddressSanitizer knows.
      let sum = tensor.withUnsafeBufferPointer { elements in
        elements.reduce(into: UInt32(0)) { $0 ^= $1.bitPattern }
      }
      claim(tensor.shape.count == count || sum == 0, "'\(stored.name)' has \(tensor.shape), not \(count)")
    }
  }
}
