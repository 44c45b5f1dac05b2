import Dumps
import Machine
import Synchronization

/// What a dump that keeps extremes has in the place of matrices, shared by the workers.
///
/// A chunk of rows is spilled to a file, noted in the journal and only then taken in. When the spill is full, everything
/// that was taken in becomes a snapshot, which replaces the one before, and the spill starts again. So whatever the
/// journal says is done is in the snapshot or in the spill, whenever the process is killed, and neither grows with the
/// number of images.
final class ExtremesStore: Sendable {
  /// What is kept, and where.
  struct Layout: Sendable {
    /// The dump's folder.
    let folder: DumpFolder
    /// The units of each layer.
    let widths: [Int]
    /// The images kept from each end.
    let limit: Int
    /// The dump's rows, as its table of images counts them.
    let rows: Range<Int>
    /// The sampled ones among them.
    let sample: [Int]
    /// Rows that may be spilled before they are folded into a snapshot.
    let spillRows: Int

    /// The memory of all layers, in bytes.
    var memory: Int { widths.reduce(0) { $0 + LayerExtremes.byteCount(units: $1, limit: limit) } }
    /// The memory that writing the largest file takes besides.
    var writingMemory: Int {
      LayerExtremes.writingBytes(units: widths.max() ?? 0, limit: limit, sample: sample.count)
    }
    /// The bytes of one row.
    var rowBytes: Int { widths.reduce(0, +) * MemoryLayout<Float>.size }
    /// The bytes of the files that are there only while the dump is made: the spill, two snapshots, the sample.
    var workingBytes: Int { min(spillRows, rows.count) * rowBytes + 2 * memory + sample.count * rowBytes }

    /// The rows to spill before a snapshot: then writing snapshots costs at most a quarter of writing rows.
    static func spillRows(memory: Int, rowBytes: Int) -> Int {
      max(64 << 20, 4 * memory) / max(rowBytes, 1) + 1
    }
  }

  private let layout: Layout
  private let layers: [LayerExtremes]
  private let spill: SpilledRows
  private let sample: SampleFile
  private let lock = ReadWriteLock()
  private let state = Mutex(State())

  private struct State {
    /// The rows that were taken in, from 0.
    var taken = RangeSet<Int>()
    /// Where the next chunk is spilled, in rows.
    var place = 0
  }

  /// Opens the files, which may be there already.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  init(_ layout: Layout) throws(Failure) {
    self.layout = layout
    layers = layout.widths.map { LayerExtremes(units: $0, limit: layout.limit) }
    spill = try SpilledRows(layout.folder.spill, widths: layout.widths)
    sample = try SampleFile(layout.folder.sample, rows: layout.sample, widths: layout.widths)
  }

  /// Takes in a chunk of rows.
  ///
  /// - Parameters:
  ///   - rows: The rows, from 0.
  ///   - values: The activations of one layer, rows × units.
  ///   - note: Says in the journal that the rows are in the files; the spill has them at the place it is given.
  ///   - synchronize: Forces everything to the disk that the journal speaks of, and the journal.
  /// - Throws: ``Failure``; the rows then count as not done.
  func take(
    _ rows: Range<Int>, _ values: (Int) -> UnsafeBufferPointer<Float>,
    noting note: (_ place: Int) throws(Failure) -> Void, synchronize: () throws(Failure) -> Void
  ) throws(Failure) {
    let isFull = try lock.read { () throws(Failure) in
      let place = state.withLock { state in
        defer { state.place += rows.count }
        return state.place
      }
      try spill.write(at: place, values)
      try sample.write(rows.shifted(by: layout.rows.lowerBound), values)
      try note(place)
      add(rows, values)
      return state.withLock { $0.place >= layout.spillRows }
    }
    guard isFull else { return }
    try lock.write { () throws(Failure) in
      guard state.withLock({ $0.place >= layout.spillRows }) else { return }
      try synchronize()
      try ExtremesSnapshot.write(layers, of: state.withLock { $0.taken }, to: layout.folder.snapshot)
      state.withLock { $0.place = 0 }
    }
  }

  private func add(_ rows: Range<Int>, _ values: (Int) -> UnsafeBufferPointer<Float>) {
    for (index, layer) in layers.enumerated() {
      layer.add(values(index), firstRow: layout.rows.lowerBound + rows.lowerBound)
    }
    state.withLock { $0.taken.insert(contentsOf: rows) }
  }

  /// Takes over what an earlier run did.
  ///
  /// - Parameters:
  ///   - chunks: What its journal says.
  ///   - digest: Goes on with the digest of a chunk after the layers' rows.
  /// - Returns: Those of the chunks that are there.
  /// - Throws: ``Failure`` when a file cannot be read or written.
  func restore(
    _ chunks: [JournalContents.Chunk],
    _ digest: (borrowing SHA256, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) -> [JournalContents.Chunk] {
    var taken = ExtremesSnapshot.read(layout.folder.snapshot, bytes: layout.memory)
    if Self.isSnapshot(of: taken, usableWith: chunks) {
      taken = ExtremesSnapshot.read(layout.folder.snapshot, bytes: layout.memory, into: layers)
    } else {
      // It must not be found when its rows have been done again.
      taken = RangeSet()
      try layout.folder.removeSnapshot()
    }
    state.withLock { $0.taken = taken }
    var kept: [JournalContents.Chunk] = []
    for chunk in chunks where chunk.rows.upperBound <= layout.rows.count {
      let rows = RangeSet(chunk.rows)
      if taken.isSuperset(of: rows) {
        kept.append(chunk)
      } else if taken.isDisjoint(rows) {
        guard try restore(chunk, digest) else { continue }
        taken.formUnion(rows)
        kept.append(chunk)
      }
    }
    return kept
  }

  /// Whether every row of a snapshot is in a chunk that is in it entirely; otherwise, something has happened to the files.
  private static func isSnapshot(of rows: RangeSet<Int>, usableWith chunks: [JournalContents.Chunk]) -> Bool {
    var named = RangeSet<Int>()
    for chunk in chunks where !rows.isDisjoint(RangeSet(chunk.rows)) { named.insert(contentsOf: chunk.rows) }
    return named == rows && !rows.isEmpty
  }

  /// Takes in a spilled chunk, if its bytes are those that were written.
  private func restore(
    _ chunk: JournalContents.Chunk, _ digest: (borrowing SHA256, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) -> Bool {
    guard let place = chunk.place else { return false }
    let isThere = try spill.withChunk(at: place, rows: chunk.rows.count) {
      bytes, values throws(Failure) -> Bool in
      let hash = SHA256()
      hash.update(bytes)
      try digest(hash, chunk.rows)
      guard hash.finish() == chunk.digest else { return false }
      try sample.write(chunk.rows.shifted(by: layout.rows.lowerBound), values)
      add(chunk.rows, values)
      state.withLock { $0.place = max($0.place, place + chunk.rows.count) }
      return true
    }
    return isThere == true
  }

  /// Forces the working files to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure) {
    try spill.synchronize()
    try sample.synchronize()
  }

  /// Writes the file of one layer.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  /// - Precondition: All rows were taken in.
  func write(layer: Int, to path: String) throws(Failure) {
    try layers[layer].write(to: path, sample: sample.values(ofLayer: layer))
  }
}

extension Range<Int> {
  fileprivate func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}
