import Dumps
import Foundation
import Images
package import Machine
import Statistics
import Synchronization

/// A static atlas of units: a page for each recorded layer, and an index.
///
/// First the units are ranked, layer by layer, and their numbers are written; only the set of images that
/// they show stays in memory. Then the thumbnails of these images are made, each once. The pages are written
/// last. The bytes depend only on the dump, the images and the version of the program.
package struct Atlas: Sendable {
  private let request: AtlasRequest
  private let source: AtlasSource
  private let folder: AtlasFolder
  private let pages: Pages

  /// Opens the dump and checks the output. Nothing is written.
  ///
  /// - Throws: ``Failure``.
  package init(_ request: AtlasRequest) throws {
    self.request = request
    source = try AtlasSource(request)
    folder = AtlasFolder(path: request.output)
    try folder.check(request.existing)
    pages = try Pages()
  }

  /// Makes the atlas.
  ///
  /// - Parameters:
  ///   - units: The progress of the units.
  ///   - images: The progress of the thumbnails, after the units are done.
  /// - Returns: A summary; `nil` when the atlas was stopped, in which case it has no index.
  /// - Throws: ``Failure``.
  package func run(
    units: RunProgress = RunProgress(), images: RunProgress = RunProgress()
  ) throws -> AtlasSummary? {
    guard let digested = try writeUnits(progress: units) else { return nil }
    guard let missing = try writeThumbnails(of: digested, progress: images) else { return nil }
    return try finish(digested, missing)
  }

  /// The pages of units that were written, and the rows of the images that they show.
  package struct UnitPages: Sendable {
    let layers: [LayerSummary]
    let shown: RowSet
    let bytes: Int
    let seconds: Double
  }

  /// The thumbnails that were made, and the rows of the images that could not be read.
  package struct Thumbnails: Sendable {
    let rows: RowSet
    let bytes: Int
    let seconds: Double
  }

  /// Reads the units and writes their numbers.
  ///
  /// - Returns: The pages and the images that they show; `nil` when writing was stopped.
  /// - Throws: ``Failure``.
  package func writeUnits(progress: RunProgress) throws -> UnitPages? {
    let start = Clock.seconds
    try folder.prepare(request.existing)
    try folder.writeMarker(contents())
    for asset in Pages.assets { try folder.write(asset.bytes, to: "assets/\(asset.name)") }
    let assembly = LayerAssembly(source.layers.map(\.unitCount))
    let blocks = UnitBlock.blocks(source.layers.map(\.unitCount), ofAtMost: source.unitsOfBlock)
    let state = Mutex(Progress(rows: source.rowCount, layers: source.layers.count))
    progress.begin(total: source.layers.reduce(0) { $0 + $1.unitCount })
    try forEach(in: blocks, threads: request.threads, progress: progress, state: { ImageRanker() }) {
      ranker, block in
      let units = try source.digests(ofLayer: block.layer, units: block.units, ranker: &ranker)
      if let all = assembly.add(units, of: block) { try write(all, layer: block.layer, state) }
      progress.note(done: block.units.count)
    }
    guard !progress.isStopping else { return nil }
    return state.withLock { state in
      UnitPages(
        layers: state.layers.compactMap { $0 }, shown: state.shown, bytes: state.bytes,
        seconds: Clock.seconds - start)
    }
  }

  private struct Progress {
    var layers: [LayerSummary?]
    var shown: RowSet
    var bytes = 0

    init(rows: Int, layers: Int) {
      (self.layers, shown) = ([LayerSummary?](repeating: nil, count: layers), RowSet(count: rows))
    }
  }

  private func write(_ units: [UnitDigest], layer index: Int, _ state: borrowing Mutex<Progress>) throws {
    let layer = source.layers[index]
    let digest = LayerDigest(
      name: layer.name, reduction: layer.recorded.reduction, count: source.imageCount, units: units)
    let script = Array(LayerScript(digest, images: source.captions, rowsOfDump: source.rowCount).text.utf8)
    try folder.write(script, to: "layers/\(layer.page).js")
    let summary = LayerSummary(digest)
    var shown = RowSet(count: source.rowCount)
    digest.insertRows(into: &shown)
    state.withLock { state in
      state.layers[index] = summary
      state.shown.formUnion(shown)
      state.bytes += script.count
    }
  }

  /// Makes the thumbnails of the images that are shown.
  ///
  /// - Returns: The thumbnails, and the images that could not be read; `nil` when writing was stopped.
  /// - Throws: ``Failure`` when a thumbnail cannot be written.
  package func writeThumbnails(of digested: UnitPages, progress: RunProgress) throws -> Thumbnails? {
    let start = Clock.seconds
    let rows = digested.shown.rows
    progress.begin(total: rows.count)
    let state = Mutex((missing: RowSet(count: source.rowCount), bytes: 0))
    @Sendable func makeThumbnailer() -> Thumbnailer {
      Thumbnailer(size: request.thumbnailSize, of: source.manifest.preprocessing, pillow: request.pillow)
    }
    try forEach(in: rows, threads: request.threads, progress: progress, state: { makeThumbnailer() }) {
      thumbnailer, row in
      if let location = source.location(ofRow: row), let bytes = try? thumbnailer.thumbnail(of: location) {
        try folder.makeThumbnailFolder(ofRow: row)
        try folder.write(bytes, to: AtlasFolder.thumbnail(ofRow: row))
        state.withLock { $0.bytes += bytes.count }
      } else {
        state.withLock { $0.missing.insert(row) }
      }
      progress.note(done: 1)
    }
    guard !progress.isStopping else { return nil }
    return state.withLock { Thumbnails(rows: $0.missing, bytes: $0.bytes, seconds: Clock.seconds - start) }
  }

  /// Writes the pages, and then the index.
  ///
  /// - Throws: ``Failure``.
  package func finish(_ digested: UnitPages, _ missing: Thumbnails) throws -> AtlasSummary {
    var bytes = digested.bytes + missing.bytes + Pages.assets.reduce(0) { $0 + $1.bytes.count }
    func write(_ text: String, to name: String) throws(Failure) {
      try folder.write(text, to: name)
      bytes += text.utf8.count
    }
    for index in source.layers.indices {
      try write(
        pages.text(of: source.page(ofLayer: index, digested.layers[index])),
        to: "layers/\(source.layers[index].page).html")
    }
    let ranges = missing.rows.ranges.map { "[\($0[0]),\($0[1])]" }.joined(separator: ",")
    try write("atlas.missing([\(ranges)]);\n", to: "missing.js")
    let shown = digested.shown.count, gone = missing.rows.count
    try folder.writeMarker(contents(thumbnails: shown - gone, missing: gone))
    let index = pages.text(of: source.index(digested.layers, missing: missing.rows))
    bytes += index.utf8.count
    try folder.finish(index: index)
    return AtlasSummary(
      output: request.output, index: "\(request.output)/index.html", layers: source.layers.count,
      units: source.layers.reduce(0) { $0 + $1.unitCount }, images: shown, missing: gone, bytes: bytes,
      unitSeconds: digested.seconds, thumbnailSeconds: missing.seconds,
      peakResidentBytes: Clock.peakResidentBytes)
  }

  private func contents(thumbnails: Int? = nil, missing: Int? = nil) -> AtlasContents {
    AtlasContents(
      model: source.manifest.model, pillow: request.pillow.rawValue, images: source.imageCount,
      thumbnails: thumbnails, missing: missing,
      layers: source.layers.map {
        AtlasContents.Layer(name: $0.name, page: "layers/\($0.page).html", units: $0.unitCount)
      })
  }
}
