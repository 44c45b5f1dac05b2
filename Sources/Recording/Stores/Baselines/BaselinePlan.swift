import Dumps
import Machine
import Tensor

/// The plan for the baselines of every layer's units: totals over images, saved from time to time, and
/// finally one small file per layer.
struct BaselinePlan: StorePlan {
  private let layers: [LayerTap]
  private let entries: [Manifest.BaselineFile]

  init(_ layers: [LayerTap]) {
    self.layers = layers
    entries = layers.map {
      Manifest.BaselineFile(
        name: $0.name, studyName: $0.studyName, file: StoreNames.baselines.file(of: $0.name))
    }
  }

  /// Returns the memory of the totals of the dump and of every worker.
  func memory(threads: Int) -> StoreMemory {
    let units = layers.reduce(0) { $0 + $1.source.rowShape.channels }
    return StoreMemory(totals: (threads + 1) * units * BaselineTotals.bytesOfUnit)
  }

  func describe(in manifest: inout Manifest) { manifest.baselines = entries }

  func open(in folder: DumpFolder, continuing: Bool, keepOpen: Bool) throws(Failure) -> any Store {
    let store = BaselineStore(
      layers.map { ($0.shape, $0.units) }, files: entries.map(\.file), in: folder)
    if continuing { store.restoreTotals() }
    return store
  }
}
