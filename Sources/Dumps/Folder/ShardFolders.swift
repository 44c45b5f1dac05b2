import Foundation
package import Machine

/// The folders of the shards of one recording.
package enum ShardFolders {
  /// Finds the dumps that paths stand for: a dump is itself, a folder of shards is those in it.
  ///
  /// - Returns: The folders, those of a folder of shards in order of their names.
  /// - Throws: ``Failure`` of kind `inputMissing` for a path that is neither.
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

  /// The shards of a folder that are missing or not complete.
  ///
  /// - Parameters:
  ///   - count: The shards there should be.
  ///   - path: A folder of shards, or of none yet.
  /// - Returns: The numbers of the shards, ascending.
  /// - Throws: ``Failure`` when something else is in the folder: shards of another number of shards, or a dump.
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
