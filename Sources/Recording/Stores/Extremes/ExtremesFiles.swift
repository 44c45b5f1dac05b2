import Dumps
import Formats
import Machine
import Statistics

/// The extremes of all layers in a finished or stopped dump.
struct ExtremesFiles: StoredFiles {
  private let layers: [Manifest.Array]
  /// The maximum number of images kept at each end.
  private let limit: Int

  init(_ layers: [Manifest.Array], limit: Int) { (self.layers, self.limit) = (layers, limit) }

  var files: [String] { layers.map(\.file) }

  /// Returns the size of the merged files, which does not depend on the number of images.
  func mergedBytes(of parts: [Merge.Part]) -> Int {
    let bytes = layers.reduce(0) { sum, layer in parts.reduce(sum) { $0 + $1.bytes(of: layer) } }
    return bytes / max(parts.count, 1)
  }

  func merge(_ file: Int, of parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String {
    let array = layers[file]
    let units = array.rowShape.reduce(1, *)
    var whole: LayerExtremes?
    var files: [RecordedExtremes] = []
    for part in parts {
      let (source, path) = try part.array(like: array)
      try part.check(try ArrayFile.digest(ofFile: path), of: source)
      let first = part.shard.firstRow
      let file = try RecordedExtremes(
        path, units: units, limit: limit, rows: first..<first + part.manifest.images.count)
      // A file of this size exists on the disk, so the extremes of so many units also fit in memory.
      let sum = whole ?? LayerExtremes(units: units, limit: limit)
      whole = sum
      for unit in 0..<units {
        let ends = try file.ends(ofUnit: unit)
        let statistics = file.statistics(ofUnit: unit)
        sum.absorb(
          low: ends.low, high: ends.high, digits: file.digits(ofUnit: unit), count: statistics.count,
          nonPositive: statistics.nonPositive, intoUnit: unit)
      }
      files.append(file)
    }
    let sample = SampledValues(rows: files.flatMap(\.sampleRows)) { units in
      units.flatMap { unit in files.flatMap { $0.sample(ofUnit: unit) } }
    }
    let path = "\(folder.path)/\(array.file)"
    try whole?.write(to: path, sample: sample)
    return try ArrayFile.digest(ofFile: path)
  }

  func chunks(in folder: DumpFolder, rows: Int, keepOpen: Bool) throws(Failure) -> (any StoredChunks)? {
    try Chunks(folder, widths: layers.map { $0.rowShape.reduce(1, *) }, limit: limit)
  }

  private struct Chunks: StoredChunks {
    /// The rows in the snapshot.
    private let snapshot: RangeSet<Int>
    private let spill: SpilledRows?

    init(_ folder: DumpFolder, widths: [Int], limit: Int) throws(Failure) {
      snapshot = ExtremesSnapshot.read(folder.snapshot, bytes: LayerExtremes.byteCount(widths, limit))
      spill =
        Disk.size(of: folder.spill) == nil
        ? nil : try SpilledRows(folder.spill, widths: widths, reading: true)
    }

    func hasFolded(_ chunk: JournalContents.Chunk) -> Bool { snapshot.isSuperset(of: RangeSet(chunk.rows)) }

    func update(_ hash: borrowing SHA256, with chunk: JournalContents.Chunk) throws(Failure) -> Bool {
      guard let place = chunk.place, let rows = spill?.chunk(at: place, rows: chunk.rows.count) else {
        return false
      }
      hash.update(UnsafeRawBufferPointer(rows.bytes))
      return true
    }
  }
}
