import Dumps
import Formats
import Layers
import Machine
import Synchronization
import Tensor

/// The totals of every recorded layer, shared by the workers, and the rows that are in the totals.
///
/// Totals are saved from time to time together with their rows, so that each image counts once even if the
/// dump is stopped. A row that is in the journal but not in the totals is computed again. A row that is in
/// the totals but not in the journal is recorded again without being added again.
final class BaselineStore: Store {
  /// The totals of no images, and the chosen units, of each layer.
  let empty: [BaselineTotals]
  let units: [[Int]?]

  private struct State {
    var totals: [BaselineTotals]
    var rows = RangeSet<Int>()
  }
  /// The file of each layer.
  let files: [String]
  private let folder: DumpFolder
  private let state: Mutex<State>
  /// The lock held while totals are saved, so that older totals never replace newer ones.
  private let saving = Mutex(())

  /// Creates totals without images.
  ///
  /// - Parameters:
  ///   - layers: The shape of each layer's value for one image, and the units to record, `nil` for all.
  ///   - files: The file of each layer, below the folder.
  ///   - folder: The folder of the dump, in which the totals are saved.
  init(_ layers: [(shape: Shape, units: [Int]?)], files: [String], in folder: DumpFolder) {
    (self.files, self.folder) = (files, folder)
    units = layers.map(\.units)
    empty = layers.map { BaselineTotals(of: $0.shape, units: $0.units?.count ?? $0.shape.channels) }
    state = Mutex(State(totals: empty))
  }

  /// Restores the totals that an earlier run saved. Rows that are not in the saved totals are computed again.
  func restoreTotals() {
    guard let archive = try? NPZArchive(file: folder.baselineState),
      let ranges: [Int64] = archive.integers(of: "rows", as: .int64), ranges.count % 2 == 0
    else { return }
    var rows = RangeSet<Int>()
    for index in stride(from: 0, to: ranges.count, by: 2) {
      guard 0 <= ranges[index], ranges[index] < ranges[index + 1] else { return }
      rows.insert(contentsOf: Int(ranges[index])..<Int(ranges[index + 1]))
    }
    state.withLock { state in
      let saved = state.totals.indices.compactMap { BaselineFile.totals(in: archive, prefix: "\($0)/") }
      guard saved.count == state.totals.count,
        zip(saved, state.totals).allSatisfy({ $0.describesUnits(of: $1) })
      else { return }
      (state.totals, state.rows) = (saved, rows)
    }
  }

  /// Saves the totals with their rows. A reader of the file finds either the old totals or the new ones,
  /// complete.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func save() throws(Failure) {
    try saving.withLock { _ throws(Failure) in
      let (totals, rows) = state.withLock { ($0.totals, $0.rows) }
      let file = try NPZFile(folder.baselineState)
      let ranges = rows.ranges.flatMap { [Int64($0.lowerBound), Int64($0.upperBound)] }
      try file.add("rows", ranges, as: .int64, shape: [ranges.count / 2, 2])
      for (index, layer) in totals.enumerated() {
        try BaselineFile.add(layer, prefix: "\(index)/", to: file)
      }
      try file.commit()
    }
  }

  /// Returns those of some rows that are in the totals.
  func counted(among rows: Range<Int>) -> RangeSet<Int> {
    state.withLock { $0.rows.intersection(RangeSet(rows)) }
  }

  /// Returns whether all rows of a chunk are in the totals, apart from skipped rows.
  func hasSaved(_ chunk: JournalContents.Chunk, skipped reasons: [Int: String]) -> Bool {
    let counted = counted(among: chunk.rows)
    return chunk.rows.allSatisfy { counted.contains($0) || reasons[$0] != nil }
  }

  /// Adds the totals of rows that were not yet in them.
  func add(_ totals: [BaselineTotals], rows: RangeSet<Int>) {
    state.withLock { state in
      for index in totals.indices { state.totals[index].add(totals[index]) }
      state.rows.formUnion(rows)
    }
  }

  var finishesLast: Bool { true }

  func block(chunkRows: Int) -> any StoreBlock { BaselineBlock(self) }

  /// Returns a closure without effect, because the journal's digest does not cover totals. Only chunks whose
  /// totals are saved are read back.
  func reread(
    _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
  ) throws(Failure) -> (() throws(Failure) -> Void)? {
    return {}
  }

  func finish(_ file: Int) throws(Failure) -> String {
    try BaselineFile.write(state.withLock { $0.totals[file] }, files[file], in: folder)
  }
}
