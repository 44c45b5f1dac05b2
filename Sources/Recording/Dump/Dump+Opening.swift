import Datasets
import Dumps
import Images
import Machine

extension Dump {
  /// Locks the folder and opens its files: those of an existing dump, to resume it, or new ones.
  func open(_ manifest: Manifest) throws -> DumpOpening {
    let lock = try folder.lock()
    // The folder may have changed since the dump was prepared.
    try folder.check(request.existing)
    try folder.removeTemporaryFiles()
    if request.existing == .resume, try folder.contents() == .output {
      if let opening = try reopen(manifest, lock) { return opening }
    }
    try folder.clear(for: request.keep)
    try folder.check(room: plans.reduce(outline.bytes) { $0 + $1.workingBytes })
    // The manifest makes the folder a dump. No row is done until the journal exists.
    try manifest.write(to: folder.manifest)
    do {
      let ledger = RowLedger(rows: rows.count)
      let stores = try openStores(continuing: false)
      try ImagesFile.write(images, rows, status: ledger.status(of:), to: folder.imagesTable)
      return .open(
        OpenDump(
          lock: lock, stores: stores, ledger: ledger, journal: try Journal(folder.journal),
          manifest: manifest))
    } catch {
      var manifest = manifest
      (manifest.state, manifest.failure) = (.failed, request.wording.text(of: error))
      try? manifest.write(to: folder.manifest)
      throw error
    }
  }

  /// Opens the existing dump; `nil` when that dump was stopped before it had a journal.
  private func reopen(_ manifest: Manifest, _ lock: FolderLock) throws -> DumpOpening? {
    var old = try Manifest.read(folder.manifest)
    let differences = old.differences(from: manifest)
    guard differences.isEmpty else {
      throw Failure(
        .badData,
        "\(request.output) cannot be resumed, because it was recorded with \(differences.map(\.description).joined(separator: "; "));"
          + " give the same options, or \(.overwrite) to record everything again")
    }
    if old.state == .complete {
      try folder.removeJournal()
      return .complete(old, lock)
    }
    guard var done = try JournalContents(path: folder.journal) else { return nil }
    let stores = try openStores(continuing: true)
    done.chunks = try stores.restore(done.chunks, skipped: done.reasons, rows: rows.count)
    let ledger = RowLedger(rows: rows.count)
    ledger.restore(done.chunks, done.reasons)
    old.resumed = (old.resumed ?? 0) + 1
    (old.state, old.ended, old.failure) = (.running, nil, nil)
    (old.onError, old.host, old.arguments) = (manifest.onError, manifest.host, manifest.arguments)
    try old.write(to: folder.manifest)
    return .open(
      OpenDump(
        lock: lock, stores: stores, ledger: ledger,
        journal: try Journal(folder.journal, continuing: done), manifest: old))
  }

  private func openStores(continuing: Bool) throws(Failure) -> OpenStores {
    // Each thread has one more file open: an image, or an output file that is not kept open.
    let keepOpen = DescriptorLimit.allows(plans.reduce(2 * request.threads) { $0 + $1.openFiles })
    var stores: [any Store] = []
    for plan in plans {
      stores.append(try plan.open(in: folder, continuing: continuing, keepOpen: keepOpen))
    }
    return OpenStores(stores)
  }
}

extension DumpFolder {
  /// Returns the Pillow of the dump that is to be resumed; `nil` when there is no such dump, or when this
  /// program does not know its Pillow.
  func recordedPillow(_ existing: ExistingOutput) throws(Failure) -> PillowVersion? {
    guard existing == .resume, try contents() == .output else { return nil }
    return PillowVersion(rawValue: try Manifest.read(manifest).preprocessing.pillowNumber)
  }
}
