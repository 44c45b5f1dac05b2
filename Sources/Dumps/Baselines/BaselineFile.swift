package import Formats
import Foundation
package import Machine
import Statistics
import Tensor

/// The totals of baselines, stored in `.npz` archives.
package enum BaselineFile {
  /// The upper bounds of a file's images and positions: above any real dump, and low enough that the totals
  /// of many files can be added without overflow.
  private static let maximumImages: Int64 = 1 << 36, maximumPositions: Int64 = 1 << 20

  /// Writes the totals of a dump.
  ///
  /// - Parameters:
  ///   - totals: The totals, from which the baselines are computed.
  ///   - name: The path below the dump's folder.
  ///   - folder: The folder of the dump.
  /// - Returns: The SHA-256 of the file.
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package static func write(_ totals: BaselineTotals, _ name: String, in folder: DumpFolder)
    throws(Failure)
    -> String
  {
    let path = "\(folder.path)/\(name)"
    try FileSystem.createFolders(PathText.folder(of: path))
    let file = try NPZFile(path)
    let units: Shape = [totals.nonPositivePositions.count]
    try add(totals, prefix: "", to: file)
    try file.add("pixel_sparsity", totals.pixelSparsity, as: .float64, shape: units)
    try file.add("channel_sparsity", totals.channelSparsity, as: .float64, shape: units)
    if let contrast = totals.localContrast {
      try file.add("local_contrast", contrast, as: .float64, shape: units)
    }
    try file.commit()
    return try ArrayFile.digest(ofFile: path)
  }

  /// Reads the totals of a dump.
  ///
  /// - Throws: ``Failure``, `inputMissing` or `badData`.
  package static func read(_ path: String) throws(Failure) -> BaselineTotals {
    let file = try MappedFile(path)
    let archive: NPZArchive
    do { archive = try NPZArchive(file.region) } catch { throw Failure(error, in: path) }
    guard let totals = totals(in: archive, prefix: "") else {
      throw Failure(.badData, "\(path) does not hold the baselines of a layer")
    }
    return totals
  }

  /// Adds the totals to an archive, as arrays whose names begin with a prefix.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package static func add(_ totals: BaselineTotals, prefix: String, to file: NPZFile) throws(Failure) {
    let units: Shape = [totals.nonPositivePositions.count]
    let scalar = Shape([])
    try file.add(prefix + "count", [Int64(totals.count)], as: .int64, shape: scalar)
    try file.add(prefix + "positions", [Int64(totals.positions)], as: .int64, shape: scalar)
    try file.add(prefix + "non_positive_positions", totals.nonPositivePositions, as: .int64, shape: units)
    try file.add(prefix + "non_positive_images", totals.nonPositiveImages, as: .int64, shape: units)
    guard let contrast = totals.contrast else { return }
    let pairs = zip(contrast.whole, contrast.fraction).flatMap { [$0, $1] }
    try file.add(prefix + "contrast_sum", pairs, as: .uint64, shape: [units[0], 2])
    try file.add(prefix + "contrast_outliers", contrast.outliers, as: .int64, shape: units)
  }

  /// Returns the totals in an archive, or `nil` when they are not complete.
  package static func totals(in archive: NPZArchive, prefix: String) -> BaselineTotals? {
    func integers(_ name: String) -> [Int64]? { archive.integers(of: prefix + name, as: .int64) }
    guard let count = integers("count")?.first, let positions = integers("positions")?.first,
      (0...maximumImages).contains(count), (1...maximumPositions).contains(positions),
      let nonPositivePositions = integers("non_positive_positions"),
      let nonPositiveImages = integers("non_positive_images"),
      nonPositiveImages.count == nonPositivePositions.count,
      nonPositivePositions.allSatisfy({ (0...count * positions).contains($0) }),
      nonPositiveImages.allSatisfy({ (0...count).contains($0) })
    else { return nil }
    var contrast: ExactSums?
    if archive[prefix + "contrast_sum"] != nil {
      guard let pairs: [UInt64] = archive.integers(of: prefix + "contrast_sum", as: .uint64),
        let outliers = integers("contrast_outliers"), pairs.count == 2 * outliers.count,
        outliers.count == nonPositivePositions.count,
        outliers.allSatisfy({ (0...count * positions).contains($0) })
      else { return nil }
      let (whole, fraction) = (
        outliers.indices.map { pairs[2 * $0] }, outliers.indices.map { pairs[2 * $0 + 1] }
      )
      contrast = ExactSums(whole: whole, fraction: fraction, outliers: outliers)
    }
    return BaselineTotals(
      positions: Int(positions), count: Int(count), nonPositivePositions: nonPositivePositions,
      nonPositiveImages: nonPositiveImages, contrast: contrast)
  }
}
