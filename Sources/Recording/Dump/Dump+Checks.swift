import Datasets
import Dumps
import Machine

extension Dump {
  /// What the other tasks of a job array have to record, too; `nil` outside of arrays.
  func agreement(of manifest: Manifest) -> ShardAgreement? {
    request.arrayTask.map { ShardAgreement($0, manifest, overwrites: request.existing == .overwrite) }
  }

  /// A recording without a single image is none.
  ///
  /// - Throws: ``Failure`` of kind `badData` where every image was skipped.
  func checkRecorded(_ ledger: RowLedger) throws(Failure) {
    guard let (row, reason) = ledger.reasonWithoutAny else { return }
    let name = EscapedText.escaped(images.bytes(ofRow: rows.lowerBound + row))
    throw Failure(
      .badData,
      "none of the \(rows.count) images could be read, so nothing is recorded; of the first, \(name): \(reason)"
    )
  }
}
