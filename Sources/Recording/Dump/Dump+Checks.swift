import Datasets
import Dumps
import Machine

extension Dump {
  /// Returns the agreement with the other tasks of a job array about what they record; `nil` outside of
  /// arrays.
  func agreement(of manifest: Manifest) -> ShardAgreement? {
    request.arrayTask.map { ShardAgreement($0, manifest, overwrites: request.existing == .overwrite) }
  }

  /// Throws if not a single image was recorded.
  ///
  /// - Throws: ``Failure`` of kind `badData` when every image was skipped.
  func checkRecorded(_ ledger: RowLedger) throws(Failure) {
    guard let (row, reason) = ledger.reasonWithoutAny else { return }
    let name = EscapedText.escaped(images.bytes(ofRow: rows.lowerBound + row))
    throw Failure(
      .badData,
      "none of the \(rows.count) images could be read, so nothing is recorded; of the first, \(name): \(reason)"
    )
  }
}
