import Foundation
package import Machine

/// The folders of the shards of one recording.
package enum ShardFolders {
  /// Expands paths to the folders of dumps. The path of a dump gives that dump; a folder of shards gives its
  /// shards.
  ///
  /// - Returns: The folders. The shards of one folder are in order of their names.
  /// - Throws: ``Failure`` of kind `inputMissing` for a path that is neither a dump nor a folder of shards.
  package static func expand(_ paths: [String]) throws(Failure) -> [String] {
    var folders: [String] = []
    for path in paths {
      let path = PathText.withoutTrailingSlash(path)
      if Disk.isDirectory(DumpFolder(path: path).manifest) == false {
        folders.append(path)
        continue
      }
      let names = Disk.isDirectory(path) == true ? try Disk.names(in: path) : []
      let shards = names.map { path == "." ? $0 : "\(path)/\($0)" }
        .filter { Disk.isDirectory(DumpFolder(path: $0).manifest) == false }
      guard !shards.isEmpty else {
        throw Failure(
          .inputMissing, "\(path) is neither a dump (it has no manifest.json) nor a folder of them")
      }
      folders += shards
    }
    return folders
  }

  /// Returns the shards of a folder that are missing or not complete.
  ///
  /// - Parameters:
  ///   - count: The expected number of shards.
  ///   - path: A folder of shards, which may have no shard yet.
  /// - Returns: The indices of the shards, ascending.
  /// - Throws: ``Failure`` when the folder holds something else: a dump, or shards of a recording with
  ///   another number of shards.
  package static func missing(of count: Int, in path: String) throws(Failure) -> [Int] {
    _ = try Shard(index: 0, count: count)
    var missing = Set(0..<count)
    guard Disk.isDirectory(path) != nil else { return missing.sorted() }
    let names = try Disk.names(in: path)
    for folder in ["."] + names {
      let folder = DumpFolder(path: folder == "." ? path : "\(path)/\(folder)")
      guard Disk.isDirectory(folder.manifest) == false else { continue }
      let manifest = try Manifest.read(folder.manifest)
      guard let shard = manifest.shard, shard.count == count else {
        let found = manifest.shard.map { "shard \($0.index) of \($0.count)" } ?? "no shard"
        throw Failure(
          .badData, "\(folder.path) is \(found), not one of \(count)", remedy: "name another folder")
      }
      if manifest.state == .complete { missing.remove(shard.index) }
    }
    return missing.sorted()
  }
}
