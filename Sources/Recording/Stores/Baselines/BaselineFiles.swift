import Dumps
import Formats
import Machine

/// The baselines of all layers in a finished or stopped dump.
struct BaselineFiles: StoredFiles {
  private let entries: [Manifest.BaselineFile]

  init(_ entries: [Manifest.BaselineFile]) { self.entries = entries }

  var files: [String] { entries.map(\.file) }
  var finishesLast: Bool { true }

  /// Returns 0: the files are small, and no room is reserved for them.
  func mergedBytes(of parts: [Merge.Part]) -> Int { 0 }

  func merge(_ file: Int, of parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String {
    let name = entries[file].file
    guard let first = parts.first else { throw Failure(.usage, "there are no shards to merge") }
    var sum = try totals(file, of: first)
    for part in parts.dropFirst() {
      let totals = try totals(file, of: part)
      guard sum.describesUnits(of: totals) else {
        throw Failure(
          .badData,
          "\(part.folder.path)/\(name) holds the baselines of other units than \(first.folder.path)")
      }
      sum.add(totals)
    }
    return try BaselineFile.write(sum, name, in: folder)
  }

  /// Returns the totals of one layer in a shard. The digest of their file is compared with that in the
  /// manifest.
  private func totals(_ file: Int, of part: Merge.Part) throws(Failure) -> BaselineTotals {
    let path = "\(part.folder.path)/\(entries[file].file)"
    let stated = part.manifest.baselines.flatMap { file < $0.count ? $0[file].sha256 : nil }
    guard try ArrayFile.digest(ofFile: path) == stated else {
      throw Failure(
        .badData,
        "\(path) does not have the SHA-256 of its manifest",
        remedy: "record the shard again with \(.overwrite)")
    }
    return try BaselineFile.read(path)
  }
}
