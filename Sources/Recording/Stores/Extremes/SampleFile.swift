import Machine
import Statistics

/// The activations of the sampled rows: sampled rows × units of all layers.
struct SampleFile: Sendable {
  /// The sampled rows of the dump, ascending, as numbered in its table of images.
  let rows: [Int]

  private let file: ScratchFile
  private let widths: [Int]
  private var rowBytes: Int { widths.reduce(0, +) * MemoryLayout<Float>.size }

  /// Opens the file.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  init(_ path: String, rows: [Int], widths: [Int]) throws(Failure) {
    file = try ScratchFile(path)
    (self.rows, self.widths) = (rows, widths)
  }

  /// Writes the sampled rows among some consecutive rows.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func write(_ chunk: Range<Int>, _ values: (Int) -> UnsafeBufferPointer<Float>) throws(Failure) {
    var slot = rows.partitioningIndex { $0 >= chunk.lowerBound }
    while slot < rows.count, rows[slot] < chunk.upperBound {
      var offset = slot * rowBytes
      for (layer, width) in widths.enumerated() {
        let start = (rows[slot] - chunk.lowerBound) * width
        let row = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values(layer)[start..<start + width]))
        try file.write(row, at: offset)
        offset += row.count
      }
      slot += 1
    }
  }

  /// Returns the sampled activations of one layer.
  ///
  /// - Returns: A reader of the activations, which throws ``Failure`` of kind `writeFailed` when the file was
  ///   truncated.
  func values(ofLayer layer: Int) -> SampledValues {
    let start = widths[..<layer].reduce(0, +)
    return SampledValues(rows: rows) { (units) throws(Failure) in
      var values = [Float](repeating: .nan, count: units.count * rows.count)
      var row = [Float](repeating: 0, count: units.count)
      let offset = (start + units.lowerBound) * MemoryLayout<Float>.size
      for slot in rows.indices {
        guard row.withUnsafeMutableBytes({ file.read($0, at: slot * rowBytes + offset) }) else {
          throw Failure(
            .writeFailed, "the sampled rows of the dump are gone", remedy: "record again with \(.overwrite)")
        }
        for unit in row.indices { values[unit * rows.count + slot] = row[unit] }
      }
      return values
    }
  }

  /// Forces the file to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure) { try file.synchronize() }
}
