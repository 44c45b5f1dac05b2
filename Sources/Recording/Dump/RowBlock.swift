import Dumps
import Formats
import Inference
import Layers
import Machine
import Tensor

/// The rows of one chunk for every file of a dump, gathered so that each file takes one write a chunk: a file a layer
/// makes hundreds of files, and a write an image to each would be millions of system calls.
struct RowBlock: RowSink {
  private let arrays: [RecordedArray]
  /// The file of each array, `nil` for the layers of a dump that keeps extremes.
  private let files: [ArrayFile?]
  private let extremes: ExtremesStore?
  private let ledger: RowLedger
  private let journal: Journal
  private var baselines: BaselineBlock?
  private let memory: Memory
  /// Where the rows of each file begin in the memory.
  private let starts: [Int]
  private var rows = 0..<0

  init(arrays: [RecordedArray], into open: OpenDump, chunkRows: Int, journal: Journal) {
    (self.arrays, files, extremes) = (arrays, open.files, open.extremes)
    (ledger, self.journal) = (open.ledger, journal)
    baselines = open.baselines.map(BaselineBlock.init)
    var starts: [Int] = []
    var total = 0
    for array in arrays {
      starts.append(total)
      total += array.rowShape.count * chunkRows
    }
    self.starts = starts
    memory = Memory(count: total)
  }

  mutating func begin(_ rows: Range<Int>) {
    self.rows = rows
    baselines?.begin(rows)
  }

  mutating func record(row: Int, from workspace: Workspace, at place: Int) {
    for (index, array) in arrays.enumerated() {
      let destination = self.row(row, of: index)
      switch array.source {
      case .tap(let tap):
        workspace.withTap(tap, of: place) { array.copy(from: $0, into: destination) }
      case .output:
        workspace.withOutput(of: place) { array.copy(from: $0, into: destination) }
      }
    }
    baselines?.record(row: row, from: workspace, at: place)
    ledger.recorded(row)
  }

  mutating func skip(row: Int, because reason: String) {
    for index in arrays.indices { self.row(row, of: index).update(repeating: .nan) }
    ledger.skipped(row, because: reason)
  }

  mutating func fail(row: Int, because reason: String) { ledger.failed(row, because: reason) }

  mutating func end(_ done: Range<Int>, writingWith runner: Runner) throws {
    guard !done.isEmpty else { return }
    try runner.measureWrite { () throws(Failure) in
      if let extremes {
        try extremes.take(done) {
          values(of: $0, in: done)
        } noting: { place throws(Failure) in
          try write(done, spilledTo: place)
          // Whatever a snapshot has is in totals that were saved before it: a row of it cannot be recorded again alone.
          baselines?.end()
        } synchronize: { () throws(Failure) in
          try synchronize()
          try baselines?.ledger.save()
          try journal.noteDurable()
        }
      } else {
        try write(done)
        baselines?.end()
      }
      ledger.wrote(done)
      try journal.synchronizeNowAndThen { () throws(Failure) in
        try synchronize()
        try baselines?.ledger.save()
      }
    }
  }

  /// Writes rows into the files that are there, and notes them with the digest of all they have.
  private func write(_ done: Range<Int>, spilledTo place: Int? = nil) throws(Failure) {
    let hash = SHA256()
    for (index, file) in files.enumerated() {
      let values = values(of: index, in: done)
      if let file {
        try file.write(rowsFrom: done.lowerBound, values, digesting: hash)
      } else {
        hash.update(UnsafeRawBufferPointer(values))
      }
    }
    try journal.note(done, digest: hash.finish(), at: place, skipped: ledger.skipped(among: done))
  }

  private func synchronize() throws(Failure) {
    for file in files { try file?.synchronize() }
    try extremes?.synchronize()
  }

  /// The numbers of one array in some of the rows.
  private func values(of index: Int, in done: Range<Int>) -> UnsafeBufferPointer<Float> {
    let width = arrays[index].rowShape.count
    let start = starts[index] + (done.lowerBound - rows.lowerBound) * width
    return UnsafeBufferPointer(rebasing: memory.floats[start..<start + done.count * width])
  }

  private func row(_ row: Int, of index: Int) -> UnsafeMutableBufferPointer<Float> {
    let width = arrays[index].rowShape.count
    let start = starts[index] + (row - rows.lowerBound) * width
    return UnsafeMutableBufferPointer(rebasing: memory.floats[start..<start + width])
  }

  /// Memory a worker keeps from chunk to chunk.
  private final class Memory {
    let floats: UnsafeMutableBufferPointer<Float>
    init(count: Int) { floats = .allocate(capacity: max(count, 1)) }
    deinit { floats.deallocate() }
  }
}
