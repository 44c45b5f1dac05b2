import Dumps
import Machine
import Statistics
import Tensor

/// The extremes of the units of all layers: they share a file of spilled rows, a sample and a snapshot.
struct ExtremesPlan: StorePlan {
  /// The layers' files, as the manifest has them.
  let entries: [Manifest.Array]
  let sources: [RowSource]
  /// The images kept from each end.
  let limit: Int
  /// The dump's rows, as its table of images counts them.
  let rows: Range<Int>
  /// The sampled ones among them.
  let sample: [Int]
  /// The sampled rows of all shards.
  let sampleOfAll: Int
  /// Rows that may be spilled before they are folded into a snapshot.
  let spillRows: Int

  /// Plans the extremes of some layers.
  ///
  /// - Throws: ``Failure`` of kind `usage` where that would be too much for a file.
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

  /// The rows to spill before a snapshot: then writing snapshots costs at most a quarter of writing rows.
  private static func spillRows(_ memory: Int, _ widths: [Int]) -> Int {
    max(64 << 20, 4 * memory) / max(widths.reduce(0, +) * MemoryLayout<Float>.size, 1) + 1
  }

  /// The units of each layer.
  var widths: [Int] { sources.map { $0.rowShape.count } }

  /// The memory of all layers, in bytes.
  private var keptBytes: Int { LayerExtremes.byteCount(widths, limit) }

  var bytes: Int {
    widths.reduce(0) { $0 + LayerExtremes.fileBytes(units: $1, limit: limit, sample: sample.count) }
  }

  /// The spill, two snapshots, the sample.
  var workingBytes: Int { min(spillRows, rows.count) * rowBytes + 2 * keptBytes + sample.count * rowBytes }

  var rowBytes: Int { widths.reduce(0, +) * MemoryLayout<Float>.size }
  var openFiles: Int { 2 }

  /// The memory of all layers, and what each thread writes a file in.
  func memory(threads: Int) -> StoreMemory {
    let writing = LayerExtremes.writingBytes(
      units: widths.max() ?? 0, limit: limit, sample: sample.count)
    return StoreMemory(kept: keptBytes + threads * writing)
  }

  func describe(in manifest: inout Manifest) {
    for entry in entries { manifest.append(entry) }
    manifest.extremes = Manifest.Extremes(limit: limit, sample: sampleOfAll)
  }

  /// Opens the working files, which may be there already.
  func open(in folder: DumpFolder, continuing: Bool, keepOpen: Bool) throws(Failure) -> any Store {
    try ExtremesStore(self, in: folder)
  }
}
