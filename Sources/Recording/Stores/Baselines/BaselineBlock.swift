import Dumps
import Layers

/// The contribution of one chunk's rows to the totals, collected by one worker.
final class BaselineBlock: StoreBlock {
  private let store: BaselineStore
  private var totals: [BaselineTotals]
  private var counted = RangeSet<Int>(), added = RangeSet<Int>()

  init(_ store: BaselineStore) { (self.store, totals) = (store, store.empty) }

  func begin(_ rows: Range<Int>) {
    (totals, added) = (store.empty, RangeSet())
    counted = store.counted(among: rows)
  }

  func record(row: Int, from workspace: Workspace, at place: Int) {
    guard !counted.contains(row) else { return }
    added.insert(contentsOf: row..<row + 1)
    for tap in totals.indices {
      workspace.withBaselines(tap, of: place) { totals[tap].add($0, units: store.units[tap]) }
    }
  }

  func takeIn(_ rows: Range<Int>) { store.add(totals, rows: added) }
}
