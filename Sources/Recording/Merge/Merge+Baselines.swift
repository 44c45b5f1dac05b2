import Dumps
import Formats
import Machine

extension Merge {
  /// Adds up the baselines of all shards, comparing each file with its digest, and notes the digests of the sums.
  ///
  /// - Throws: ``Failure``: a file of a shard is not what its manifest says, or a write failed.
  func mergeBaselines(_ manifest: inout Manifest) throws(Failure) {
    for (index, file) in (manifest.baselines ?? []).enumerated() {
      var sum: BaselineTotals?
      for part in parts {
        let path = "\(part.folder.path)/\(file.file)"
        let stated = part.manifest.baselines.flatMap { index < $0.count ? $0[index].sha256 : nil }
        guard try ArrayFile.digest(ofFile: path) == stated else {
          throw Failure(
            .badData,
            "\(path) does not have the SHA-256 of its manifest",
            remedy: "record the shard again with \(.overwrite)")
        }
        let totals = try BaselineFile.read(path)
        guard sum?.describesUnits(of: totals) ?? true else {
          throw Failure(
            .badData, "\(path) holds the baselines of other units than \(parts[0].folder.path)")
        }
        if sum == nil { sum = totals } else { sum? += totals }
      }
      if let sum { manifest.baselines?[index].sha256 = try BaselineFile.write(sum, file.file, in: folder) }
    }
  }
}
