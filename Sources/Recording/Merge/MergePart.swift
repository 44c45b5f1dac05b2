import Dumps
import Machine

extension Merge {
  /// A shard with its manifest.
  struct Part: Sendable {
    let folder: DumpFolder
    let manifest: Manifest
    let shard: Manifest.ShardSummary
  }
}

extension Merge.Part {
  /// The size of all its arrays, in bytes.
  var bytes: Int { manifest.arrays.reduce(0) { $0 + bytes(of: $1) } }

  /// Returns the size of one array, in bytes.
  func bytes(of array: Manifest.Array) -> Int { Disk.size(of: "\(folder.path)/\(array.file)") ?? 0 }

  /// Returns the manifest's entry for an array, a layer's or the output's, and the path of its file.
  ///
  /// - Throws: ``Failure`` of kind `badData` when the entry does not match that of the whole.
  func array(like whole: Manifest.Array) throws(Failure) -> (Manifest.Array, path: String) {
    // All shards have the same arrays, because their manifests were compared.
    guard let array = manifest.arrays.first(where: { $0.name == whole.name }),
      array.images == manifest.images.count, array.rowShape == whole.rowShape, array.dtype == whole.dtype,
      array.unitMajor == whole.unitMajor
    else { throw Failure(.badData, "\(folder.manifest) contradicts itself about \(whole.file)") }
    return (array, "\(folder.path)/\(array.file)")
  }

  /// Compares a digest with that in the manifest.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  func check(_ digest: String, of array: Manifest.Array) throws(Failure) {
    guard digest == array.sha256 else {
      throw Failure(
        .badData,
        "\(folder.path)/\(array.file) does not have the SHA-256 of its manifest",
        remedy: "record the shard again with \(.overwrite)")
    }
  }
}
