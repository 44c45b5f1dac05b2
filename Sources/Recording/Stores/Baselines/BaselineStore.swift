import Dumps
import Formats
import Layers
import Machine
import Synchronization
import Tensor

/// The totals of every recorded layer, shared by the workers, and the rows that are in them.
///
/// Saved now and then with those rows, so that each image counts once whatever stops a dump: a row that the journal has
/// and the totals have not is computed again, and one that the totals have and the journal has not is recorded without
/// being added again.
final class BaselineStore: Store {
  /// Totals of no images, and the chosen units of each layer.
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
  /// Held while totals are saved, so that older ones never replace newer ones.
  private let saving = Mutex(())

  /// Totals without images.
  ///
  /// - Parameters:
  ///   - layers: The shape of each layer's value for one image, and the units to record, `nil` for all.
  ///   - files: The file of each layer, below the folder.
  ///   - folder: The dump's, where they are saved.
  init(_ layers: [(shape: Shape, units: [Int]?)], files: [String], in folder: DumpFolder) {
    (self.files, self.folder) = (files, folder)
    units = layers.map(\.units)
    empty = layers.map { BaselineTotals(of: $0.shape, units: $0.units?.count ?? $0.shape.channels) }
    state = Mutex(State(totals: empty))
  }

  /// Takes over what an earlier run saved. What it did not save is as if it had not been computed.
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

  /// Saves the totals with the rows that are in them; whoever reads the file finds the old one or this one, whole.
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

  /// Those of some rows that are in the totals.
  func counted(among rows: Range<Int>) -> RangeSet<Int> {
    state.withLock { $0.rows.intersection(RangeSet(rows)) }
  }

  /// Whether rows are in the totals, but for those that were skipped.
  func hasSaved(_ chunk: JournalContents.Chunk, skipped reasons: [Int: String]) -> Bool {
    let counted = counted(among: chunk.rows)
    return chunk.rows.allSatisfy { counted.contains($0) || reasons[$0] != nil }
  }

  /// Adds the totals of rows that were not in them.
  func add(_ totals: [BaselineTotals], rows: RangeSet<Int>) {
    state.withLock { state in
      for index in totals.indices { state.totals[index].add(totals[index]) }
      state.rows.formUnion(rows)
    }
  }

  var finishesLast: Bool { true }

  func block(chunkRows: Int) -> any StoreBlock { BaselineBlock(self) }

  /// The journal does not vouch for totals: they are there, or the chunk is not theirs.
  func reread(
    _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
  ) throws(Failure) -> (() throws(Failure) -> Void)? {
    return {}
  }

  func finish(_ file: Int) throws(Failure) -> String {
    try BaselineFile.write(state.withLock { $0.totals[file] }, files[file], in: folder)
  }
}
