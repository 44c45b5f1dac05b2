import Foundation

/// The folders of the shards of one recording.
public enum ShardFolders {
  /// Finds the dumps that paths stand for: a dump is itself, a folder of shards is those in it.
  ///
  /// - Returns: The folders, those of a folder of shards in order of their names.
  /// - Throws: ``RecordingError`` of kind `inputMissing` for a path that is neither.
  public static func expand(_ paths: [String]) throws(RecordingError) -> [String] {
    var folders: [String] = []
    for path in paths {
      let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      if Disk.isDirectory(DumpFolder(path: path).manifest) == false {
        folders.append(path)
        continue
      }
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
      let shards = names.map { "\(path)/\($0)" }
        .filter { Disk.isDirectory(DumpFolder(path: $0).manifest) == false }
      guard !shards.isEmpty else {
        throw RecordingError(
          .inputMissing, "\(path) is neither a dump (it has no manifest.json) nor a folder of them")
      }
      folders += shards
    }
    return folders
  }
}
