import Dumps
import Machine

extension Merge {
  /// A shard with what its manifest says.
  struct Part: Sendable {
    let folder: DumpFolder
    let manifest: Manifest
    let shard: Manifest.ShardSummary
  }
}

extension Merge.Part {
  /// The bytes of all its arrays.
  var bytes: Int { manifest.arrays.reduce(0) { $0 + bytes(of: $1) } }

  /// The bytes of one array.
  func bytes(of array: Manifest.Array) -> Int { Disk.size(of: "\(folder.path)/\(array.file)") ?? 0 }

  /// The manifest's entry for an array, a layer's or the output's, and the path of its file.
  ///
  /// - Throws: ``Failure`` of kind `badData` where that is not of the whole's kind.
  func array(like whole: Manifest.Array) throws(Failure) -> (Manifest.Array, path: String) {
    // All shards have the same arrays: their manifests were compared.
    guard let array = manifest.arrays.first(where: { $0.name == whole.name }),
      array.images == manifest.images.count, array.rowShape == whole.rowShape, array.dtype == whole.dtype,
      array.unitMajor == whole.unitMajor
    else { throw Failure(.badData, "\(folder.manifest) contradicts itself about \(whole.file)") }
    return (array, "\(folder.path)/\(array.file)")
  }

  /// Compares a digest with what the manifest says.
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
