import Dumps
import Formats
import Machine
import Synchronization

/// The extremes of all layers while a dump is made, shared by the workers.
///
/// A chunk of rows is spilled to a file, then recorded in the journal, and only then added to memory. When
/// the file of spilled rows is full, the memory is written as a snapshot, which replaces the previous one,
/// and spilling restarts at the beginning of the file. So every row in the journal is either in the snapshot
/// or in the spilled rows, no matter when the process is killed, and neither file grows with the number of
/// images.
final class ExtremesStore: Store {
  private let plan: ExtremesPlan
  private let folder: DumpFolder
  private let layers: [LayerExtremes]
  private let spilled: SpilledRows
  private let sample: SampleFile
  private let state = Mutex(State())

  private struct State {
    /// The rows that were added to memory, from 0.
    var taken = RangeSet<Int>()
    /// The offset of the next spilled chunk, in rows.
    var place = 0
  }

  /// Opens the files, or creates them.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  init(_ plan: ExtremesPlan, in folder: DumpFolder) throws(Failure) {
    (self.plan, self.folder) = (plan, folder)
    let widths = plan.widths
    layers = widths.map { LayerExtremes(units: $0, limit: plan.limit) }
    spilled = try SpilledRows(folder.spill, widths: widths)
    sample = try SampleFile(folder.sample, rows: plan.sample, widths: widths)
  }

  var files: [String] { plan.entries.map(\.file) }

  func block(chunkRows: Int) -> any StoreBlock {
    ExtremesBlock(self, plan.sources.map { RowBuffer($0, chunkRows: chunkRows) })
  }

  /// Spills a chunk of rows, and writes the sampled rows to a separate file as well.
  ///
  /// - Parameters:
  ///   - rows: The rows, from 0.
  ///   - values: The activations of one layer, rows × units.
  /// - Returns: The offset of the chunk in the file of spilled rows, in rows.
  /// - Throws: ``Failure`` of kind `writeFailed`; the rows then count as not done.
  func spill(
    _ rows: Range<Int>, _ values: (Int) -> UnsafeBufferPointer<Float>
  ) throws(Failure) -> Int {
    let place = state.withLock { state in
      defer { state.place += rows.count }
      return state.place
    }
    try spilled.write(at: place, values)
    try sample.write(rows.shifted(by: plan.rows.lowerBound), values)
    return place
  }

  /// Adds a chunk to memory after it was spilled and journalled.
  func takeIn(_ rows: Range<Int>, _ values: (Int) -> UnsafeBufferPointer<Float>) {
    for (index, layer) in layers.enumerated() {
      layer.add(values(index), firstRow: plan.rows.lowerBound + rows.lowerBound)
    }
    state.withLock { $0.taken.insert(contentsOf: rows) }
  }

  func synchronize() throws(Failure) {
    try spilled.synchronize()
    try sample.synchronize()
  }

  var isFull: Bool { state.withLock { $0.place >= plan.spillRows } }

  func fold() throws(Failure) {
    try ExtremesSnapshot.write(layers, of: state.withLock { $0.taken }, to: folder.snapshot)
    state.withLock { $0.place = 0 }
  }

  func restore(_ chunks: [JournalContents.Chunk]) throws(Failure) {
    let bytes = LayerExtremes.byteCount(plan.widths, plan.limit)
    var taken = ExtremesSnapshot.read(folder.snapshot, bytes: bytes)
    if Self.isSnapshot(of: taken, usableWith: chunks) {
      taken = ExtremesSnapshot.read(folder.snapshot, bytes: bytes, into: layers)
    } else {
      // The snapshot is removed, so that it is not found after its rows have been done again.
      taken = RangeSet()
      if Disk.isDirectory(folder.snapshot) != nil { try Disk.remove(folder.snapshot) }
    }
    state.withLock { $0.taken = taken }
  }

  /// Returns whether the rows of a snapshot are exactly those of whole chunks; otherwise the files have been
  /// changed.
  private static func isSnapshot(of rows: RangeSet<Int>, usableWith chunks: [JournalContents.Chunk]) -> Bool {
    var named = RangeSet<Int>()
    for chunk in chunks where !rows.isDisjoint(RangeSet(chunk.rows)) { named.insert(contentsOf: chunk.rows) }
    return named == rows && !rows.isEmpty
  }

  func standing(of chunk: JournalContents.Chunk) -> ChunkStanding {
    let (rows, taken) = (RangeSet(chunk.rows), state.withLock { $0.taken })
    if taken.isSuperset(of: rows) { return .folded }
    return taken.isDisjoint(rows) && chunk.place != nil ? .spilled : .lost
  }

  func reread(
    _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
  ) throws(Failure) -> (() throws(Failure) -> Void)? {
    guard let place = chunk.place, let spilled = spilled.chunk(at: place, rows: chunk.rows.count) else {
      return nil
    }
    hash.update(UnsafeRawBufferPointer(spilled.bytes))
    return { () throws(Failure) in
      try self.sample.write(chunk.rows.shifted(by: self.plan.rows.lowerBound), spilled.values(ofLayer:))
      self.takeIn(chunk.rows, spilled.values(ofLayer:))
      self.state.withLock { $0.place = max($0.place, place + chunk.rows.count) }
    }
  }

  func finish(_ file: Int) throws(Failure) -> String {
    let path = "\(folder.path)/\(files[file])"
    try layers[file].write(to: path, sample: sample.values(ofLayer: file))
    return try ArrayFile.digest(ofFile: path)
  }
}

extension Range<Int> {
  fileprivate func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
