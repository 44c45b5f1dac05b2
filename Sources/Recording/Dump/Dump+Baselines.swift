import Dumps
import Machine
import Models

extension Dump {
  /// Totals to add to; `nil` when no baselines are asked for.
  func baselineLedger() -> BaselineLedger? {
    guard request.baselines else { return nil }
    let units = arrays.layers.map(\.units)
    return BaselineLedger(Array(zip(layerShapes, units)), path: folder.baselineState)
  }

  /// What the manifest says of a layer's baselines.
  func baselineFile(of array: RecordedArray) -> Manifest.BaselineFile {
    Manifest.BaselineFile(
      name: array.layer, studyName: request.model.studyName(of: array.layer),
      file: DumpFolder.baselines(of: array.layer))
  }

  /// Writes the baselines of every layer and notes their digests.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func writeBaselines(_ open: inout OpenDump) throws(Failure) {
    guard let ledger = open.baselines else { return }
    for (index, totals) in ledger.totals.enumerated() {
      let name = DumpFolder.baselines(of: arrays[index].layer)
      open.manifest.baselines?[index].sha256 = try BaselineFile.write(totals, name, in: folder)
    }
  }
}
