import Dumps
import Machine
import Statistics
import Tensor

/// The plan for the extremes of all layers' units. The layers share a file of spilled rows, a sample and a
/// snapshot.
struct ExtremesPlan: StorePlan {
  /// The manifest's entries for the layers' files.
  let entries: [Manifest.Array]
  let sources: [RowSource]
  /// The maximum number of images kept at each end.
  let limit: Int
  /// The dump's rows, as numbered in its table of images.
  let rows: Range<Int>
  /// The sampled rows of the dump.
  let sample: [Int]
  /// The number of sampled rows over all shards.
  let sampleOfAll: Int
  /// The number of rows that may be spilled before they are folded into a snapshot.
  let spillRows: Int

  /// Plans the extremes of some layers.
  ///
  /// - Throws: ``Failure`` of kind `usage` when the extremes are too large for a file.
  init(
    _ layers: [LayerTap], _ limit: Int, _ request: DumpRequest, _ rows: Range<Int>, of images: Int
  ) throws(Failure) {
    guard images <= ExactMoments.limit else {
      throw Failure(
        .usage, "\(.keep, "extremes") takes up to \(ExactMoments.limit) images, and there are \(images)")
    }
    let sample = RowSample.rows(request.sampleRows, of: images).filter(rows.contains)
    for layer in layers {
      let units = layer.source.rowShape.count
      guard LayerExtremes.fileBytes(units: units, limit: limit, sample: sample.count) >= 4 << 30 else {
        continue
      }
      throw Failure(
        .usage,
        "\(limit) images from each end of \(units) units are too much for one file",
        remedy:
          "keep fewer than \(.keep, "extremes:\(limit)"), or record fewer \(.units) of \(layer.name)")
    }
    entries = layers.map { $0.entry(file: StoreNames.extremes.file(of: $0.name), rows: rows.count) }
    sources = layers.map(\.source)
    (self.limit, self.rows, self.sample) = (limit, rows, sample)
    sampleOfAll = min(request.sampleRows, images)
    let widths = sources.map { $0.rowShape.count }
    spillRows = request.spillRows ?? Self.spillRows(LayerExtremes.byteCount(widths, limit), widths)
  }

  /// Returns the number of rows to spill before a snapshot, chosen so that writing snapshots costs at most a
  /// quarter of writing rows.
  private static func spillRows(_ memory: Int, _ widths: [Int]) -> Int {
    max(64 << 20, 4 * memory) / max(widths.reduce(0, +) * MemoryLayout<Float>.size, 1) + 1
  }

  /// The number of units of each layer.
  var widths: [Int] { sources.map { $0.rowShape.count } }

  /// The memory of all layers, in bytes.
  private var keptBytes: Int { LayerExtremes.byteCount(widths, limit) }

  var bytes: Int {
    widths.reduce(0) { $0 + LayerExtremes.fileBytes(units: $1, limit: limit, sample: sample.count) }
  }

  /// The size in bytes of the spilled rows, two snapshots and the sample.
  var workingBytes: Int { min(spillRows, rows.count) * rowBytes + 2 * keptBytes + sample.count * rowBytes }

  var rowBytes: Int { widths.reduce(0, +) * MemoryLayout<Float>.size }
  var openFiles: Int { 2 }

  /// Returns the memory of all layers, and of each thread's buffer for writing a file.
  func memory(threads: Int) -> StoreMemory {
    let writing = LayerExtremes.writingBytes(
      units: widths.max() ?? 0, limit: limit, sample: sample.count)
    return StoreMemory(kept: keptBytes + threads * writing)
  }

  func describe(in manifest: inout Manifest) {
    for entry in entries { manifest.append(entry) }
    manifest.extremes = Manifest.Extremes(limit: limit, sample: sampleOfAll)
  }

  /// Opens the working files, or creates them.
  func open(in folder: DumpFolder, continuing: Bool, keepOpen: Bool) throws(Failure) -> any Store {
    try ExtremesStore(self, in: folder)
  }
}
