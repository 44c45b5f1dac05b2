package import Dumps
package import Machine

extension ShardFolders {
  /// Returns the reason why the shards in a folder are not one complete recording; `nil` for a dump, and when
  /// there is no such reason.
  package static func problem(in path: String) -> Sentence? {
    guard Disk.isDirectory(DumpFolder(path: path).manifest) != false else { return nil }
    do throws(Failure) {
      // A folder of whole dumps is not a recording in shards.
      let shards = try expand([path]).filter {
        (try? Manifest.read(DumpFolder(path: $0).manifest))?.shard != nil
      }
      if !shards.isEmpty { try Merge.check(try Merge.parts(shards)) }
      return nil
    } catch { return error.sentence }
  }
}
