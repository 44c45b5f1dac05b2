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
  /// What the baselines of a dump that is not complete add up to.
  package var baselineState: String { path + "/" + Self.baselineStateName }
  private static let manifestName = "manifest.json"
  private static let imagesTableName = "images.tsv"
  private static let journalName = "journal.tsv"
  private static let activations = "activations", extremes = "extremes", baselines = "baselines"
  /// What a dump that keeps extremes, or measures baselines, needs only while it is made.
  private static let spillName = "extremes.rows", snapshotName = "extremes.state",
    sampleName = "extremes.sample", baselineStateName = "baselines.state"
  /// What the tasks of a job array record together, in the folder of the shards' folders.
  package static let agreementName = "recording.json"
  package var spill: String { path + "/" + Self.spillName }
  package var snapshot: String { path + "/" + Self.snapshotName }
  package var sample: String { path + "/" + Self.sampleName }
  package static let logits = "logits.npy"
  package static func activations(of layer: String) -> String { "\(activations)/\(layer).npy" }
  package static func extremes(of layer: String) -> String { "\(extremes)/\(layer).npz" }
  package static func baselines(of layer: String) -> String { "\(baselines)/\(layer).npz" }

  /// How the folder is known again, and what may be in its way.
  private var place: OutputFolder { OutputFolder(path, Self.kind) }

  /// Dumps. What may be left of one is in the order it is removed: without the manifest, the rest is not a dump.
  private static let kind = OutputFolder.Kind(
    "a dump",
    names: [
      manifestName, journalName, imagesTableName, logits, activations, extremes, baselines, spillName,
      snapshotName, sampleName, baselineStateName, FolderLock.name, agreementName,
    ], keeps: [FolderLock.name], folders: [extremes, baselines],
    wholeFiles: [manifestName, journalName, imagesTableName, snapshotName, baselineStateName],
    unreadable: .cannotCreate, canResume: true
  ) { path, found, kind in
    guard found.contains(manifestName) else { return kind.mayHold(found) ? .remains : nil }
    return DumpFolder(path: path).hasRecorded() ? .output : .remains
  } refusal: { path, contents in
    guard contents == .output else { return nil }
    return
      "\(path) already holds a dump; give --resume to go on with it, --overwrite to replace it, or another --output"
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
      "the dump takes \(bytes) bytes and \(path) has room for \(free); make room, or record fewer layers or units"
    )
  }

  /// Makes the folder, and keeps other processes from writing to it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func lock() throws(Failure) -> FolderLock { try place.lock() }

  /// Empties the folder of what an earlier dump left there, and makes it ready for matrices or extremes.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func clear(for keep: Keep = .all) throws(Failure) {
    try place.clear()
    try createLayersFolder(for: keep)
  }

  /// Makes the folder that the layers' files go into.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func createLayersFolder(for keep: Keep) throws(Failure) {
    try Disk.createDirectory("\(path)/\(keep == .all ? Self.activations : Self.extremes)")
  }

  /// Removes the files that a process which was killed had not given their names yet.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeTemporaryFiles() throws(Failure) { try place.removeTemporaryFiles() }

  /// Removes what only a dump in the making needs.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeJournal() throws(Failure) {
    let names = [
      Self.journalName, Self.spillName, Self.snapshotName, Self.sampleName, Self.baselineStateName,
      FolderLock.name,
    ]
    for name in names { try place.remove(name) }
  }

  /// Removes a snapshot of extremes that is of no use.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeSnapshot() throws(Failure) { try place.remove(Self.snapshotName) }
}
