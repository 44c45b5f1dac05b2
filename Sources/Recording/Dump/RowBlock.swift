import Dumps
import Inference
import Layers
import Machine

/// The rows of one chunk, before the stores of a dump have them.
struct RowBlock: RowSink {
  private let open: OpenDump
  private let blocks: [any StoreBlock]

  init(into open: OpenDump, chunkRows: Int) {
    self.open = open
    blocks = open.stores.all.map { $0.block(chunkRows: chunkRows) }
  }

  mutating func begin(_ rows: Range<Int>) { for block in blocks { block.begin(rows) } }

  mutating func record(row: Int, from workspace: Workspace, at place: Int) {
    for block in blocks { block.record(row: row, from: workspace, at: place) }
    open.ledger.recorded(row)
  }

  mutating func skip(row: Int, because reason: String) {
    for block in blocks { block.skip(row: row) }
    open.ledger.skipped(row, because: reason)
  }

  mutating func fail(row: Int, because reason: String) { open.ledger.failed(row, because: reason) }

  mutating func end(_ done: Range<Int>, writingWith runner: Runner) throws {
    guard !done.isEmpty else { return }
    try runner.measureWrite { () throws(Failure) in
      try open.stores.recordingChunk { () throws(Failure) in try write(done) }
      try open.stores.foldIfFull(open.journal)
      open.ledger.wrote(done)
      try open.journal.synchronizeNowAndThen { () throws(Failure) in try open.stores.secure() }
    }
  }

  /// Writes rows into the files of every store, records them in the journal with a digest of all their bytes,
  /// and then adds them to the memory of the stores.
  private func write(_ done: Range<Int>) throws(Failure) {
    let hash = SHA256()
    var place: Int?
    for block in blocks { place = try block.write(done, digesting: hash) ?? place }
    try open.journal.note(
      done, digest: hash.finish(), at: place, skipped: open.ledger.skipped(among: done))
    for block in blocks { block.takeIn(done) }
  }
}
