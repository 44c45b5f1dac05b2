import Dumps
import Images
import Machine
import Statistics
import Tensor
import Units

/// The dump that an atlas is made of.
struct AtlasSource: Sendable {
  /// A layer to show.
  struct Layer: Sendable {
    let recorded: RecordedLayer
    /// The base name of its page's files.
    let page: String

    var name: String { recorded.name }
    var unitCount: Int { recorded.units.count }
  }

  /// The maximum memory of the activations that a worker holds, in bytes; more if a single unit needs more.
  private static let memory = 64 << 20

  let dump: RecordedDump
  let captions: ImageCaptions
  /// The wording of settings on pages.
  let wording: Sentence.Wording
  let layers: [Layer]
  /// The image files; `nil` when they no longer exist.
  private let files: ImageFiles?

  var manifest: Manifest { dump.manifest }
  /// The number of rows of the dump, including those of images that could not be read.
  var rowCount: Int { dump.images.count }
  /// The number of images that were recorded, the same for every unit.
  var imageCount: Int { dump.images.recordedCount }

  /// Opens a dump.
  ///
  /// - Throws: ``Failure`` when there is no dump, the dump is not complete, or it holds more than one number
  ///   for each unit and image; `UnknownName` for the name of a layer that was not recorded.
  init(_ request: AtlasRequest) throws {
    dump = try RecordedDump(opening: request.dump)
    wording = request.wording
    guard Reduction(rawValue: dump.manifest.reduce) != Reduction.none else {
      throw Failure(
        .badData,
        "\(dump.path) holds whole maps (\(.reduce, "none")); an atlas is of one number for each unit and image"
      )
    }
    captions = ImageCaptions(dump.images, labels: dump.manifest.images.labels)
    let chosen = try Self.layers(request.layers, of: dump, request.network)
    layers = zip(chosen, PageNames.names(of: chosen.map(\.name))).map { Layer(recorded: $0, page: $1) }
    // An atlas can be made without pictures. Only a location that the user gave must be valid.
    files =
      if let place = request.images { try ImageFiles(of: dump, at: place) } else { try? ImageFiles(of: dump) }
  }

  /// Returns the layers chosen by words, in the order of the recording.
  private static func layers(
    _ words: String?, of dump: RecordedDump, _ network: NetworkNames
  ) throws -> [RecordedLayer] {
    guard let words else { return dump.layers }
    let chosen = Set(try LayerSelection.layers(words, of: dump.namedLayers(knowing: network)))
    let layers = dump.layers.filter { chosen.contains($0.name) }
    guard !layers.isEmpty else {
      throw Failure(
        .badData,
        "\(dump.path) holds none of the layers '\(words)'; '\(.inspect, with: .json)' lists those it has")
    }
    return layers
  }

  /// Returns the location of an image's bytes, or `nil` when the image no longer exists.
  func location(ofRow row: Int) -> ImageLocation? { try? files?.location(ofRow: row) }

  /// The number of units that a worker reads together: as many as fit in its memory.
  var unitsOfBlock: Int { min(max(Self.memory / (4 * max(rowCount, 1)), 1), 256) }

  /// Returns the digests of some units of a layer.
  ///
  /// - Throws: ``Failure``, `inputMissing` or `badData`.
  func digests(ofLayer index: Int, units: Range<Int>, ranker: inout ImageRanker) throws -> [UnitDigest] {
    let layer = layers[index].recorded
    let dead = try layer.deadUnits()
    guard layer.storage == .matrix else { return try digests(ofExtremes: layer, units: units, dead) }
    var digests: [UnitDigest] = []
    var scratch = ranker
    try layer.forEachColumn(in: units, memory: Self.memory) { column, values in
      let statistics = UnitStatistics(of: values)
      digests.append(
        UnitDigest(
          channel: layer.units[column], statistics: statistics, isDead: dead.isDead(column, statistics),
          ranking: scratch.rank(values), sample: []))
    }
    ranker = scratch
    return digests
  }

  /// Returns the digests of units of which only the ends and a sample are known.
  private func digests(
    ofExtremes layer: RecordedLayer, units: Range<Int>, _ dead: DeadUnits
  ) throws -> [UnitDigest] {
    let all = try layer.statistics(ofColumns: units)
    var digests: [UnitDigest] = []
    try layer.forEachRanking(in: units) { column, ranking in
      let statistics = all[column - units.lowerBound]
      digests.append(
        UnitDigest(
          channel: layer.units[column], statistics: statistics, isDead: dead.isDead(column, statistics),
          ranking: ranking, sample: ranking.isComplete ? [] : try layer.sample(ofColumn: column) ?? []))
    }
    return digests
  }
}
