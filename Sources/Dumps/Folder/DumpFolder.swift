import Foundation
package import Machine

/// The folder of a dump.
package struct DumpFolder: Sendable {
  package let path: String

  /// Refers to the folder at a path, which need not exist.
  package init(path: String) { self.path = path }

  package var manifest: String { path + "/" + Self.manifestName }
  package var imagesTable: String { path + "/" + Self.imagesTableName }
  package var journal: String { path + "/" + Self.journalName }
  private static let manifestName = "manifest.json"
  private static let imagesTableName = "images.tsv"
  private static let journalName = "journal.tsv"
  /// The name of the file, in the folder of the shards' folders, that says what all tasks of a job array
  /// record.
  package static let agreementName = "recording.json"
  package static let logits = "logits.npy"

  /// The folder as an output: how a dump is recognised, and which files of a dump may be there.
  private var place: OutputFolder { OutputFolder(path, Self.kind) }

  /// The kind of output: a dump. Its names are in the order of removal: without the manifest, the remaining
  /// files are not a dump.
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

  /// Inspects the folder without changing it. The folder counts as output once any image was recorded.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when something other than a dump is there.
  package func contents() throws(Failure) -> OutputFolder.Contents { try place.contents() }

  /// Returns whether any image is recorded (according to the journal) or, in a merged dump, any shard is
  /// merged.
  private func hasRecorded() -> Bool {
    guard let manifest = try? Manifest.read(manifest) else { return true }
    if manifest.state == .complete { return true }
    if manifest.merged != nil { return manifest.arrays.contains { $0.sha256 != nil } }
    guard Disk.isDirectory(journal) != nil else { return false }
    guard let contents = try? JournalContents(path: journal) else { return true }
    return contents.chunks.contains { $0.rows.contains { contents.reasons[$0] == nil } }
  }

  /// Throws if the folder is occupied. The folder is not changed.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func check(_ existing: ExistingOutput) throws(Failure) { try place.check(existing) }

  /// Checks at the start that the disk has room for the dump, so that the dump does not fail hours later.
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

  /// Creates the folder, and locks it against writes by other processes.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func lock() throws(Failure) -> FolderLock { try place.lock() }

  /// Removes the files of an earlier dump from the folder, and prepares it for matrices or extremes.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func clear(for keep: Retention = .all) throws(Failure) {
    try place.clear()
    try createLayersFolder(for: keep)
  }

  /// Creates the folder of the layers' files.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func createLayersFolder(for keep: Retention) throws(Failure) {
    try FileSystem.createFolders("\(path)/\(StoreNames(keep).folder)")
  }

  /// Removes temporary files: those that a killed process had not yet renamed to their final names.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeTemporaryFiles() throws(Failure) { try place.removeTemporaryFiles() }

  /// Removes the files that only an incomplete dump needs.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeJournal() throws(Failure) {
    let working = StoreNames.all.flatMap(\.working)
    for name in [Self.journalName] + working + [FolderLock.name] { try place.remove(name) }
  }
}
