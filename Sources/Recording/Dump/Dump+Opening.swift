import Datasets
import Dumps
import Formats
import Images
import Machine

extension Dump {
  /// Locks the folder and opens its files: those of the dump that is there, to go on with it, or new ones.
  func open(_ manifest: Manifest) throws -> OpenDump {
    let lock = try folder.lock()
    // What was there when the dump was prepared may have changed.
    try folder.check(request.existing)
    try folder.removeTemporaryFiles()
    if request.existing == .resume, case .dump = try folder.contents() {
      if let open = try reopen(manifest, lock) { return open }
    }
    try folder.clear(for: request.keep)
    try folder.check(room: outline.bytes + (extremes?.workingBytes ?? 0))
    // From here on it is a dump, in which nothing is done until there is a journal.
    try manifest.write(to: folder.manifest)
    do {
      let ledger = RowLedger(rows: rows.count)
      let files = try openFiles(creating: true)
      try ImagesTable.write(images, rows, status: ledger.status(of:), to: folder.imagesTable)
      return OpenDump(
        lock: lock, files: files, extremes: try extremes.map(ExtremesStore.init), ledger: ledger,
        journal: try Journal(folder.journal), baselines: baselineLedger(), manifest: manifest)
    } catch {
      var manifest = manifest
      (manifest.state, manifest.failure) = (.failed, request.wording.text(of: error))
      try? manifest.write(to: folder.manifest)
      throw error
    }
  }

  /// Opens the dump that is there; `nil` when it was stopped before it had anything.
  private func reopen(_ manifest: Manifest, _ lock: FolderLock) throws -> OpenDump? {
    var old = try Manifest.read(folder.manifest)
    let differences = old.differences(from: manifest)
    guard differences.isEmpty else {
      throw Failure(
        .badData,
        "\(request.output) cannot be resumed, because it was recorded with \(differences.map(\.description).joined(separator: "; "));"
          + " give the same options, or \(.overwrite) to record everything again")
    }
    let ledger = RowLedger(rows: rows.count)
    if old.state == .complete {
      try folder.removeJournal()
      return OpenDump(
        lock: lock, files: [], extremes: nil, ledger: ledger, journal: nil, baselines: nil, manifest: old)
    }
    guard var done = try JournalContents(path: folder.journal) else { return nil }
    let files = try openFiles(creating: false)
    let extremes = try extremes.map(ExtremesStore.init)
    let baselines = baselineLedger()
    baselines?.restore()
    // Rows that the totals have not are done again. Extremes cannot give back what a snapshot has of such rows: it then is of
    // no use, and they start again.
    done.chunks = done.chunks.filter { baselines?.covers($0.rows, without: done.reasons) != false }
    if let extremes {
      done.chunks = try extremes.restore(done.chunks) { hash, rows throws(Failure) in
        for file in files { try file?.update(hash, with: rows) }
      }
    } else {
      done.chunks = try done.chunks.filter { try isIntact($0, in: files.compactMap(\.self)) }
    }
    ledger.restore(done.chunks, done.reasons)
    old.resumed = (old.resumed ?? 0) + 1
    (old.state, old.ended, old.failure) = (.running, nil, nil)
    (old.onError, old.host, old.arguments) = (manifest.onError, manifest.host, manifest.arguments)
    try old.write(to: folder.manifest)
    return OpenDump(
      lock: lock, files: files, extremes: extremes, ledger: ledger,
      journal: try Journal(folder.journal, continuing: done), baselines: baselines, manifest: old)
  }

  private func openFiles(creating: Bool) throws(Failure) -> [ArrayFile?] {
    // Each thread has an image open, or a file of the output that is not kept open.
    let keepOpen = DescriptorLimit.allows(arrays.count + 2 * request.threads)
    var files: [ArrayFile?] = []
    for array in arrays {
      if request.keep != .all && array.source != .output {
        files.append(nil)
        continue
      }
      let path = "\(request.output)/\(array.file)"
      files.append(
        creating
          ? try ArrayFile(
            creating: path, rows: rows.count, rowShape: array.rowShape, format: array.format,
            keepOpen: keepOpen)
          : try ArrayFile(
            continuing: path, rows: rows.count, rowShape: array.rowShape, format: array.format,
            keepOpen: keepOpen))
    }
    return files
  }

  /// Whether the rows of a chunk are in the files: a power failure may have lost what was not forced to the disk.
  private func isIntact(_ chunk: JournalContents.Chunk, in files: [ArrayFile]) throws(Failure) -> Bool {
    guard chunk.rows.upperBound <= rows.count else { return false }
    if chunk.isDurable { return true }
    let hash = SHA256()
    for file in files { try file.update(hash, with: chunk.rows) }
    return hash.finish() == chunk.digest
  }
}

extension DumpFolder {
  /// The Pillow of the dump that is to be resumed; `nil` where there is none, or none that this program knows.
  func recordedPillow(_ existing: ExistingOutput) throws(Failure) -> PillowVersion? {
    guard existing == .resume, case .dump = try contents() else { return nil }
    return PillowVersion(rawValue: try Manifest.read(manifest).preprocessing.pillowNumber)
  }
}
