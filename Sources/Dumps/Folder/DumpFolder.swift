import Foundation
package import Machine

/// The folder of a dump.
package struct DumpFolder: Sendable {
  package let path: String

  /// The folder at a path, which need not be there.
  package init(path: String) { self.path = path }

  package var manifest: String { path + "/" + Self.manifestName }
  package var imagesTable: String { path + "/" + Self.imagesTableName }
  package var journal: String { path + "/" + Self.journalName }
  private static let manifestName = "manifest.json"
  private static let imagesTableName = "images.tsv"
  private static let journalName = "journal.tsv"
  /// What the tasks of a job array record together, in the folder of the shards' folders.
  package static let agreementName = "recording.json"
  package static let logits = "logits.npy"

  /// How the folder is known again, and what may be in its way.
  private var place: OutputFolder { OutputFolder(path, Self.kind) }

  /// Dumps. What may be left of one is in the order it is removed: without the manifest, the rest is not a dump.
  private static let kind = OutputFolder.Kind(
    "a dump",
    names: [manifestName, journalName, imagesTableName, logits] + StoreNames.all.map(\.folder)
      + StoreNames.all.flatMap(\.working) + [FolderLock.name, agreementName], keeps: [FolderLock.name],
    folders: StoreNames.all.filter(\.isWrittenWhole).map(\.folder),
    wholeFiles: [manifestName, journalName, imagesTableName] + StoreNames.all.flatMap(\.replaced),
    unreadable: .cannotCreate, canResume: true
  ) { path, found, kind in
    guard found.contains(manifestName) else { return kind.mayHold(found) ? .remains : nil }
    return DumpFolder(path: path).hasRecorded() ? .output : .remains
  } refusal: { path, contents in
    guard contents == .output else { return nil }
    return (
      "\(path) already holds a dump",
      "give \(.resume) to go on with it, \(.overwrite) to replace it, or another \(.output)"
    )
  }

  /// Looks at the place without touching it: there is output once anything of an image was recorded.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when something other than a dump is there.
  package func contents() throws(Failure) -> OutputFolder.Contents { try place.contents() }

  /// Whether anything of an image is in the dump, going by its journal, or of a shard, in one that is merged.
  private func hasRecorded() -> Bool {
    guard let manifest = try? Manifest.read(manifest) else { return true }
    if manifest.state == .complete { return true }
    if manifest.merged != nil { return manifest.arrays.contains { $0.sha256 != nil } }
    guard Disk.isDirectory(journal) != nil else { return false }
    guard let contents = try? JournalContents(path: journal) else { return true }
    return contents.chunks.contains { $0.rows.contains { contents.reasons[$0] == nil } }
  }

  /// Refuses a place that is taken, without touching it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func check(_ existing: ExistingOutput) throws(Failure) { try place.check(existing) }

  /// Notices a disk too small for the dump now and not after hours.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func check(room bytes: Int) throws(Failure) {
    guard let free = Disk.freeBytes(at: path), free < bytes else { return }
    throw Failure(
      .cannotCreate,
      "the dump takes \(bytes) bytes and \(path) has room for \(free)",
      remedy: "make room, or record fewer layers or units"
    )
  }

  /// Makes the folder, and keeps other processes from writing to it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func lock() throws(Failure) -> FolderLock { try place.lock() }

  /// Empties the folder of what an earlier dump left there, and makes it ready for matrices or extremes.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func clear(for keep: Retention = .all) throws(Failure) {
    try place.clear()
    try createLayersFolder(for: keep)
  }

  /// Makes the folder that the layers' files go into.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func createLayersFolder(for keep: Retention) throws(Failure) {
    try Disk.createDirectory("\(path)/\(StoreNames(keep).folder)")
  }

  /// Removes the files that a process which was killed had not given their names yet.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeTemporaryFiles() throws(Failure) { try place.removeTemporaryFiles() }

  /// Removes what only a dump in the making needs.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeJournal() throws(Failure) {
    let working = StoreNames.all.flatMap(\.working)
    for name in [Self.journalName] + working + [FolderLock.name] { try place.remove(name) }
  }
}
