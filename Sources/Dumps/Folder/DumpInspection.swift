import Foundation
package import Machine

/// The contents and the progress of a dump, found without reading its arrays.
package struct DumpInspection: Sendable, Codable {
  /// The folder.
  package var path: String
  /// Its manifest.
  package var manifest: Manifest
  /// The rows that are done.
  package var rowsDone: Int
  /// The rows that are not done, as half-open ranges.
  package var rowsMissing: [[Int]]
  /// The size of its arrays, in bytes.
  package var bytes: Int

  /// Inspects a dump.
  ///
  /// - Throws: ``Failure`` when there is no manifest.
  package init(_ path: String) throws(Failure) {
    let folder = DumpFolder(path: path)
    self.path = path
    manifest = try Manifest.read(folder.manifest)
    let pending = try folder.pendingRows(of: manifest)
    rowsMissing = pending.ranges.map { [$0.lowerBound, $0.upperBound] }
    rowsDone = manifest.images.count - pending.rowCount
    bytes = manifest.arrays.reduce(0) {
      $0 + (Disk.size(of: "\(path)/\($1.file)") ?? 0)
    }
  }
}

extension DumpFolder {
  /// Returns the rows that are not done. For an incomplete dump, the journal decides.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when the journal cannot be read.
  package func pendingRows(of manifest: Manifest) throws(Failure) -> RangeSet<Int> {
    guard manifest.state != .complete else { return RangeSet() }
    let chunks = try JournalContents(path: journal)?.chunks ?? []
    let done = chunks.map(\.rows).filter { $0.upperBound <= manifest.images.count }
    return RangeSet(0..<manifest.images.count).subtracting(RangeSet(done))
  }
}
