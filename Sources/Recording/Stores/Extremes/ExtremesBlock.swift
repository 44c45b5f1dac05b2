import Layers
import Machine

/// The rows of all layers that wait to be spilled.
final class ExtremesBlock: StoreBlock {
  private let store: ExtremesStore
  private let layers: [RowBuffer]

  init(_ store: ExtremesStore, _ layers: [RowBuffer]) { (self.store, self.layers) = (store, layers) }

  func begin(_ rows: Range<Int>) { for layer in layers { layer.begin(rows) } }

  func record(row: Int, from workspace: Workspace, at place: Int) {
    for layer in layers { layer.record(row: row, from: workspace, at: place) }
  }

  func skip(row: Int) { for layer in layers { layer.skip(row: row) } }

  func write(_ rows: Range<Int>, digesting hash: borrowing SHA256) throws(Failure) -> Int? {
    for layer in layers { hash.update(UnsafeRawBufferPointer(layer.values(in: rows))) }
    return try store.spill(rows) { self.layers[$0].values(in: rows) }
  }

  func takeIn(_ rows: Range<Int>) { store.takeIn(rows) { layers[$0].values(in: rows) } }
}
