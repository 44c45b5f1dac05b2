import Dumps
import Images
import Machine
import Statistics
import Tensor
import Units

/// A dump as an atlas reads it.
struct AtlasSource: Sendable {
  /// A layer to show.
  struct Layer: Sendable {
    let recorded: RecordedLayer
    /// The name of its page's files.
    let page: String

    var name: String { recorded.name }
    var unitCount: Int { recorded.units.count }
  }

  /// The memory the activations a worker holds may take, in bytes, unless those of a single unit take more.
  private static let memory = 64 << 20

  let dump: RecordedDump
  let captions: ImageCaptions
  /// How pages name settings.
  let wording: Sentence.Wording
  let layers: [Layer]
  /// `nil` when they are gone.
  private let files: ImageFiles?

  var manifest: Manifest { dump.manifest }
  /// The rows of the dump, those of images that could not be read included.
  var rowCount: Int { dump.images.count }
  /// The images every unit was recorded over.
  var imageCount: Int { dump.images.recordedCount }

  /// Opens a dump.
  ///
  /// - Throws: ``Failure`` when there is none, it is not complete, or holds more than a number for each unit and
  ///   image; `UnknownName` for the name of a layer it has not.
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
    // An atlas without pictures is still one: only a place that the user named has to be right.
    files =
      if let place = request.images { try ImageFiles(of: dump, at: place) } else { try? ImageFiles(of: dump) }
  }

  /// The layers that words choose, in the order they were recorded.
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

  /// Where the bytes of an image are, `nil` when it is gone.
  func location(ofRow row: Int) -> ImageLocation? { try? files?.location(ofRow: row) }

  /// The units a worker reads together: as many as fit its memory.
  var unitsOfBlock: Int { min(max(Self.memory / (4 * max(rowCount, 1)), 1), 256) }

  /// Digests some units of a layer.
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

  /// Digests units of which only the ends and a sample are known.
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
