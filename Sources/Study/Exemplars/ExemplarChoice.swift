import Dumps
import Machine
import Statistics
import Units

/// The images of a unit, besides those of the map, that its pictures and its histogram need.
struct ChosenUnit: Sendable {
  let exemplars: UnitExemplars
  /// The images at the ends, the most extreme first; at most nine at each end.
  let lowest: [Exemplar], highest: [Exemplar]
  let histogram: ActivationHistogram?
}

/// Chooses exemplars, one layer at a time.
struct ExemplarChoice: Sendable {
  private let source: ActivationSource
  private let request: ExemplarRequest
  let windows: ExemplarWindows
  private var random: NumPyRandom

  init(_ request: ExemplarRequest, from source: ActivationSource) throws(Failure) {
    (self.request, self.source) = (request, source)
    windows = try request.windows(images: source.imageCount)
    random = NumPyRandom(seed: request.seed)
    try checkDepth()
  }

  /// Throws if windows reach beyond the extremes that a dump keeps. The error says which settings would work.
  private func checkDepth() throws(Failure) {
    guard let limit = source.dump.manifest.extremes?.limit, windows.depth > limit, windows.images > 2 * limit
    else { return }
    var ways: [Sentence] = []
    // Easy queries directly follow the references; at the high end, one image is left out between the two
    // groups.
    let batches = (limit - 1) / (ExemplarWindows.referencesOfBatch + 1)
    if case .condition(.easy) = request.windows, batches > 0 { ways.append("give \(.batches, batches)") }
    if windows.depth <= Retention.greatestLimit {
      ways.append("record it with \(.keep, "extremes:\(windows.depth)")")
    }
    ways.append("record it with \(.keep, "all")")
    throw Failure(
      .badData,
      "\(source.dump.path) keeps too few extremes: \(limit) images from each end, and \(windows.batches) batches"
        + " reach to number \(windows.depth)", remedy: ways.joined(separator: ", or "))
  }

  /// Chooses the exemplars of one layer's units. Layers must come in the order of the request, because the
  /// shuffles of all units share one sequence of random numbers.
  ///
  /// - Throws: ``Failure`` when the dump lacks a unit, or when the unit's values cannot be ranked.
  mutating func choose(_ layer: LayerUnits) throws -> [ChosenUnit] {
    let channels = layer.units ?? []
    let batches = channels.map { _ in windows.deal(using: &random) }
    let choice = self
    return try source.map(units: channels, of: layer.layer, threads: request.threads) {
      position, ranking, values in
      let unit = UnitName(layer: layer.layer, channel: channels[position])
      return try choice.choose(unit, ranking, values, batches[position])
    }
  }

  private func choose(
    _ unit: UnitName, _ ranking: UnitRanking, _ values: Span<Float>?,
    _ batches: (low: [[Int]], high: [[Int]])
  ) throws(Failure) -> ChosenUnit {
    guard ranking.count == windows.images else {
      throw Failure(
        .badData,
        "\(unit) has a number for \(ranking.count) of the \(windows.images) images that were read; check the weights the dump was made with"
      )
    }
    let images = RankedImages(ranking: ranking, unit: unit, dump: source.dump)
    let exemplars = UnitExemplars(
      unit: unit.studyName, layer: unit.layer, channel: unit.channel,
      min: try batches.low.map { (batch) throws(Failure) in try images.exemplars(batch) },
      max: try batches.high.map { (batch) throws(Failure) in try images.exemplars(batch) })
    let ends = min(ExemplarWindows.referencesOfBatch, ranking.count)
    return ChosenUnit(
      exemplars: exemplars, lowest: try images.exemplars(Array(0..<ends)),
      highest: try images.exemplars((ranking.count - ends..<ranking.count).reversed()),
      histogram: try request.writesHistograms ? histogram(of: unit, ranking, values) : nil)
  }

  private func histogram(
    of unit: UnitName, _ ranking: UnitRanking, _ values: Span<Float>?
  ) throws(Failure) -> ActivationHistogram {
    guard let values else {
      throw Failure(
        .usage,
        "\(source.dump.path) keeps only the extremes of \(unit), which make no histogram",
        remedy: "leave out \(.histogram), or record every image"
      )
    }
    return ActivationHistogram(of: values, ranking, windows)
  }
}

/// The ranked images of one unit, as exemplars.
private struct RankedImages {
  let ranking: UnitRanking
  let unit: UnitName
  let dump: RecordedDump

  func exemplars(_ ranks: [Int]) throws(Failure) -> [Exemplar] {
    var exemplars: [Exemplar] = []
    for rank in ranks {
      guard let image = ranking[rank] else { throw unknown(rank) }
      exemplars.append(
        Exemplar(
          rank: rank, row: image.row, image: dump.images.path(ofRow: image.row), activation: image.value))
    }
    return exemplars
  }

  private func unknown(_ rank: Int) -> Failure {
    Failure(
      .badData,
      "\(dump.path) keeps too few extremes of \(unit) to say which image has rank \(rank) of \(ranking.count)",
      remedy: "record it with \(.keep, "all"), or with more extremes"
    )
  }
}
