package import Dumps
package import Machine

extension ShardFolders {
  /// What keeps the shards in a folder from being one recording, all of it; `nil` for a dump, and where nothing does.
  package static func problem(in path: String) -> Sentence? {
    guard Disk.isDirectory(DumpFolder(path: path).manifest) != false else { return nil }
    do throws(Failure) {
      // A folder of whole dumps is no recording in parts.
      let shards = try expand([path]).filter {
        (try? Manifest.read(DumpFolder(path: $0).manifest))?.shard != nil
      }
      if !shards.isEmpty { try Merge.check(try Merge.parts(shards)) }
      return nil
    } catch { return error.sentence }
  }
}
