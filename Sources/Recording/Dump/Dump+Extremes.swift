import Dumps
import Formats
import Machine
import Statistics
import Tensor

extension Dump {
  /// What is kept in the place of matrices, `nil` for a dump of matrices.
  ///
  /// - Throws: ``Failure`` of kind `usage` where that would be too much for a file.
  static func extremes(
    _ request: DumpRequest, _ rows: Range<Int>, of images: Int, _ arrays: [RecordedArray],
    _ folder: DumpFolder
  ) throws(Failure) -> ExtremesStore.Layout? {
    guard case .extremes(let limit) = request.keep else { return nil }
    guard images <= ExactMoments.limit else {
      throw Failure(
        .usage, "\(.keep, "extremes") takes up to \(ExactMoments.limit) images, and there are \(images)")
    }
    let widths = arrays.layers.map { $0.rowShape.count }
    let sample = RowSample.rows(request.sampleRows, of: images).filter(rows.contains)
    for array in arrays.layers
    where LayerExtremes.fileBytes(units: array.rowShape.count, limit: limit, sample: sample.count) >= 4 << 30
    {
      throw Failure(
        .usage,
        "\(limit) images from each end of \(array.rowShape.count) units are too much for one file; keep fewer than"
          + " \(.keep, "extremes:\(limit)"), or record fewer \(.units) of \(array.layer)")
    }
    let memory = widths.reduce(0) { $0 + LayerExtremes.byteCount(units: $1, limit: limit) }
    let rowBytes = widths.reduce(0, +) * MemoryLayout<Float>.size
    return ExtremesStore.Layout(
      folder: folder, widths: widths, limit: limit, rows: rows, sample: sample,
      spillRows: request.spillRows ?? ExtremesStore.Layout.spillRows(memory: memory, rowBytes: rowBytes))
  }

  /// The bytes of all files of a dump that is complete.
  static func fileBytes(_ arrays: [RecordedArray], _ rows: Int, _ extremes: ExtremesStore.Layout?) -> Int {
    arrays.reduce(0) { bytes, array in
      let width = array.rowShape.count
      guard let extremes, array.source != .output else {
        return bytes + rows * width * array.format.elementType.byteCount
      }
      return bytes
        + LayerExtremes.fileBytes(units: width, limit: extremes.limit, sample: extremes.sample.count)
    }
  }
}
