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

  /// What a dump may leave in its folder, in the order it is removed: without the manifest, the rest is not a dump.
  private static let names = [
    manifestName, journalName, imagesTableName, logits, activations, extremes, baselines, spillName,
    snapshotName, sampleName, baselineStateName, FolderLock.name, agreementName,
  ]

  /// What is in the place of the folder.
  package enum Contents {
    /// Nothing, or an empty folder.
    case nothing
    /// A dump, whole or not.
    case dump
    /// What is left of a dump that was stopped before anything was recorded: it is in nobody's way.
    case remains
  }

  /// Looks at the place without touching it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when something other than a dump is there.
  package func contents() throws(Failure) -> Contents {
    try Disk.checkLink(path)
    guard let isDirectory = Disk.isDirectory(path) else { return .nothing }
    guard isDirectory else {
      throw Failure(
        .cannotCreate, "\(path) is a file", remedy: "give \(.output) the name of a folder to make")
    }
    let found = try names(in: path)
    if found.isEmpty { return .nothing }
    if found.contains(Self.manifestName) { return hasRecorded() ? .dump : .remains }
    guard found.allSatisfy(Self.isOurs) else {
      throw Failure(
        .cannotCreate, "\(path) holds something other than a dump",
        remedy: "give \(.output) the name of a new folder")
    }
    return .remains
  }

  /// Whether anything of an image is in the dump, going by its journal, or of a shard, in one that is merged.
  private func hasRecorded() -> Bool {
    guard let manifest = try? Manifest.read(manifest) else { return true }
    if manifest.state == .complete { return true }
    if manifest.merged != nil { return manifest.arrays.contains { $0.sha256 != nil } }
    guard Disk.isDirectory(journal) != nil else { return false }
    guard let contents = try? JournalContents(path: journal) else { return true }
    return contents.chunks.contains { $0.rows.contains { contents.reasons[$0] == nil } }
  }

  private func names(in folder: String) throws(Failure) -> [String] {
    do { return try Disk.names(in: folder) } catch { throw error.reclassified(as: .cannotCreate) }
  }

  /// Refuses a place that is taken, without touching it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func check(_ existing: ExistingOutput) throws(Failure) {
    let contents = try contents()
    guard existing == .refuse, contents == .dump else { return }
    throw Failure(
      .cannotCreate,
      "\(path) already holds a dump",
      remedy: "give \(.resume) to go on with it, \(.overwrite) to replace it, or another \(.output)"
    )
  }

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
  package func lock() throws(Failure) -> FolderLock {
    try Disk.createDirectory(path)
    return try FolderLock(path)
  }

  /// Empties the folder of what an earlier dump left there, and makes it ready for matrices or extremes.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func clear(for keep: Keep = .all) throws(Failure) {
    for name in Self.names where name != FolderLock.name { try remove(name) }
    try removeTemporaryFiles()
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
  package func removeTemporaryFiles() throws(Failure) {
    for name in try names(in: path) where Self.isTemporary(name) { try remove(name) }
    for folder in [Self.extremes, Self.baselines] {
      guard Disk.isDirectory("\(path)/\(folder)") == true else { continue }
      for name in try names(in: "\(path)/\(folder)") where name.hasSuffix(".tmp") {
        try remove("\(folder)/\(name)")
      }
    }
  }

  /// Removes what only a dump in the making needs.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeJournal() throws(Failure) {
    let names = [
      Self.journalName, Self.spillName, Self.snapshotName, Self.sampleName, Self.baselineStateName,
      FolderLock.name,
    ]
    for name in names { try remove(name) }
  }

  /// Removes a snapshot of extremes that is of no use.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package func removeSnapshot() throws(Failure) { try remove(Self.snapshotName) }

  private func remove(_ name: String) throws(Failure) {
    let item = "\(path)/\(name)"
    guard Disk.isDirectory(item) != nil else { return }
    try Disk.remove(item)
  }

  private static func isOurs(_ name: String) -> Bool { names.contains(name) || isTemporary(name) }

  /// A file that has not got its name yet: `manifest.json.1x2y3z.tmp`.
  private static func isTemporary(_ name: String) -> Bool {
    name.hasSuffix(".tmp")
      && [manifestName, journalName, imagesTableName, snapshotName, baselineStateName].contains {
        name.hasPrefix("\($0).")
      }
  }
}
