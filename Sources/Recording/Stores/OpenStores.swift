import Dumps
import Machine

/// The stores of a dump that is being made, shared by the workers.
final class OpenStores: Sendable {
  /// The stores, in the order in which a chunk's digest covers their bytes.
  let all: [any Store]
  /// The read-write lock between workers and folding: a reader records a chunk, the writer folds stores.
  private let folding = ReadWriteLock()

  init(_ stores: [any Store]) { all = stores }

  /// Records a chunk. No store folds between the chunk's first write and its addition to every store.
  ///
  /// - Throws: The errors of `body`.
  func recordingChunk(_ body: () throws(Failure) -> Void) throws(Failure) { try folding.read(body) }

  /// Folds the stores that are full.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func foldIfFull(_ journal: Journal) throws(Failure) {
    guard all.contains(where: \.isFull) else { return }
    try folding.write { () throws(Failure) in
      guard all.contains(where: \.isFull) else { return }
      try secure()
      try journal.noteDurable()
      for store in all where store.isFull { try store.fold() }
    }
  }

  /// Forces all rows to the disk, and saves the memory of the stores.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func secure() throws(Failure) {
    try synchronize()
    try save()
  }

  /// A file of a store.
  struct File: Sendable {
    let store: any Store
    let index: Int
    /// The path of the file below the dump's folder.
    var name: String { store.files[index] }

    /// Completes the file and forces it to the disk.
    ///
    /// - Returns: Its SHA-256.
    /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
    func finish() throws(Failure) -> String { try store.finish(index) }
  }

  /// Returns the files of all stores that finish last, or those of all other stores.
  func files(finishingLast: Bool) -> [File] {
    all.filter { $0.finishesLast == finishingLast }.flatMap { store in
      store.files.indices.map { File(store: store, index: $0) }
    }
  }

  /// Forces all rows to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure) { for store in all { try store.synchronize() } }

  /// Saves the memory of the stores, for a run that resumes.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func save() throws(Failure) { for store in all { try store.save() } }

  /// Restores the state of an earlier run.
  ///
  /// - Parameters:
  ///   - chunks: The chunks of its journal.
  ///   - reasons: The reasons why rows were skipped, by row.
  ///   - rows: The rows of the dump.
  /// - Returns: The chunks that every store has.
  /// - Throws: ``Failure`` when a file cannot be read or written.
  func restore(
    _ chunks: [JournalContents.Chunk], skipped reasons: [Int: String], rows: Int
  ) throws(Failure) -> [JournalContents.Chunk] {
    // A snapshot is usable only with all its rows. Each store must therefore know which of its rows other
    // stores have lost.
    let saved = chunks.filter { chunk in all.allSatisfy { $0.hasSaved(chunk, skipped: reasons) } }
    for store in all { try store.restore(saved) }
    var kept: [JournalContents.Chunk] = []
    for chunk in saved where chunk.rows.upperBound <= rows {
      if try restore(chunk) { kept.append(chunk) }
    }
    return kept
  }

  /// Restores a chunk if its bytes are complete: a power failure may have lost bytes that were not forced to
  /// the disk.
  private func restore(_ chunk: JournalContents.Chunk) throws(Failure) -> Bool {
    let standings = all.map { $0.standing(of: chunk) }
    if standings.contains(.lost) { return false }
    if standings.contains(.folded) { return true }
    if chunk.isDurable && standings.allSatisfy({ $0 == .written }) { return true }
    let hash = SHA256()
    var takeIns: [() throws(Failure) -> Void] = []
    for store in all {
      guard let takeIn = try store.reread(chunk, digesting: hash) else { return false }
      takeIns.append(takeIn)
    }
    guard hash.finish() == chunk.digest else { return false }
    for takeIn in takeIns { try takeIn() }
    return true
  }
}
