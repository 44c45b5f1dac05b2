import Formats
internal import Foundation
import Machine

/// The index of a sharded checkpoint, which maps tensors to files (`model.safetensors.index.json`,
/// `pytorch_model.bin.index.json`).
struct CheckpointIndex {
  /// The file of each tensor, relative to the index.
  let shardOfTensor: [String: String]

  /// The names of the files, sorted bytewise.
  var shards: [String] { Set(shardOfTensor.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// The largest size of an index. The indices of the largest published models have about 10 MiB.
  private static let sizeLimit = 64 << 20
  private static let shardLimit = 10_000

  private struct Document: Decodable {
    let weight_map: [String: String]
  }

  /// Reads an index. Returns `nil` when the bytes are not an index.
  ///
  /// - Throws: ``Malformed`` when a file name is outside the folder of the index.
  init?(_ file: ByteRegion) throws(Malformed) {
    guard file.count <= Self.sizeLimit, Self.begins(file) else { return nil }
    guard
      let document = try? file.withUnsafeBytes({ try JSONDecoder().decode(Document.self, from: Data($0)) })
    else { return nil }
    shardOfTensor = document.weight_map
    guard !shardOfTensor.isEmpty else { throw Malformed("its 'weight_map' names no tensors") }
    let shards = shards
    guard shards.count <= Self.shardLimit else {
      throw Malformed("it names \(shards.count) shards, which cannot be")
    }
    for shard in shards where !Self.staysInFolder(shard) {
      throw Malformed("it names the shard '\(shard)', which is not a file in its folder; nothing was read")
    }
  }

  /// Returns whether the bytes begin like a JSON object and cannot be a pickle.
  private static func begins(_ file: ByteRegion) -> Bool {
    var position = file.matches([0xEF, 0xBB, 0xBF]) ? 3 : 0
    while let byte = file[position], [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    guard file[position] == UInt8(ascii: "{") else { return false }
    position += 1
    while let byte = file[position], [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    return file[position] == UInt8(ascii: "\"")
  }

  private static func staysInFolder(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && path.utf8.count <= 1_024
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}

/// Opens all shards of a checkpoint as one.
enum ShardedCheckpoint {
  /// Parses the description of every tensor that the index names.
  ///
  /// - Throws: ``Failure`` when a shard is missing, damaged or from another checkpoint.
  static func open(_ index: CheckpointIndex, _ file: MappedFile) throws(Failure) -> Checkpoint {
    let files = try files(of: index, file)
    do throws(Malformed) {
      var contents = CheckpointContents(format: .safetensors, tensors: [])
      for shard in files where shard.file !== file {
        do throws(Malformed) {
          let part = try CheckpointContents(shard.file.region)
          contents.format = part.format
          contents.add(part, where: { index.shardOfTensor[$0] == shard.name })
        } catch {
          throw Malformed("its shard '\(shard.name)': \(error.reason)", isRefusal: error.isRefusal)
        }
      }
      try check(index, contents)
      return Checkpoint(path: file.path, files, contents)
    } catch {
      throw Failure(error, in: file.path)
    }
  }

  /// Opens the index and all shards, sorted by name bytewise.
  private static func files(
    of index: CheckpointIndex, _ file: MappedFile
  ) throws(Failure) -> [CheckpointFile] {
    let (folder, name) = CheckpointFolder.split(file.path)
    var files = [CheckpointFile(name: name, file: file)]
    var missing: [String] = []
    for shard in index.shards {
      do { files.append(CheckpointFile(name: shard, file: try MappedFile(folder + shard))) } catch {
        guard error.kind == .inputMissing else { throw error }
        missing.append(shard)
      }
    }
    guard missing.isEmpty else {
      let shown = missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
      let count = "\(missing.count) of its \(index.shards.count) shards \(missing.count == 1 ? "is" : "are")"
      throw Failure(
        .inputMissing, path: file.path, "\(count) not in its folder: \(shown)",
        remedy: "download the whole checkpoint")
    }
    return files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Checks that every tensor of the index is in its shard.
  private static func check(_ index: CheckpointIndex, _ contents: CheckpointContents) throws(Malformed) {
    let found = Set(contents.tensors.map(\.name)).union(contents.unreadable.keys)
    let lost = index.shardOfTensor.keys.filter { !found.contains($0) }.sorted()
    guard let first = lost.first, let shard = index.shardOfTensor[first] else { return }
    throw Malformed(
      "\(lost.count) tensors are not in the shards it names: '\(first)' is not in '\(shard)', say; the files are of "
        + "different checkpoints, or changed")
  }
}

extension CheckpointContents {
  /// Appends the wanted tensors of another file.
  fileprivate mutating func add(_ part: CheckpointContents, where isWanted: (String) -> Bool) {
    let first = dictionaries.count
    dictionaries += part.dictionaries
    for var tensor in part.tensors where isWanted(tensor.name) {
      tensor.dictionary += first
      tensors.append(tensor)
    }
    unreadable.merge(part.unreadable.filter { isWanted($0.key) }) { first, _ in first }
    metadata.merge(part.metadata) { first, _ in first }
  }
}
