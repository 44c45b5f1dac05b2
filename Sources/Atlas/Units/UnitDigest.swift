import Statistics

/// What the atlas shows of one unit.
struct UnitDigest: Sendable {
  /// The images at each end.
  static let kept = 9

  /// The unit's number in its layer.
  var channel: Int
  /// What it did over all images.
  var statistics: UnitStatistics
  /// Whether it is dead; `nil` where the dump does not say.
  var isDead: Bool?
  /// The images it likes least, ascending from the least, and most, descending from the most.
  var low: [RankedImage], high: [RankedImage]
  /// The image at each of ``Percentiles/stops``, where one is known.
  var stops: [RankedImage?]
  /// The activations that percentiles and histogram come from, where these are not all.
  var sampled: Int?
  /// The activations in each of ``Histogram/bins`` equal parts between the extremes.
  var histogram: [UInt32]
}

extension UnitDigest {
  /// Digests a unit.
  ///
  /// - Parameters:
  ///   - channel: The unit's number in its layer.
  ///   - statistics: What it did over all images.
  ///   - isDead: Whether it is dead; `nil` where the dump does not say.
  ///   - ranking: The images in order; only of the ends, where the dump keeps extremes.
  ///   - sample: A sample of all images, for what lies between the ends where these are all the ranking knows.
  init(
    channel: Int, statistics: UnitStatistics, isDead: Bool?, ranking: UnitRanking, sample: [RankedImage]
  ) {
    let all = ranking.isComplete ? ranking.lowest(ranking.count) : sample.sorted { $0 < $1 }
    self.init(
      channel: channel, statistics: statistics, isDead: isDead, low: ranking.lowest(Self.kept),
      high: ranking.highest(Self.kept),
      stops: Percentiles.stops.map { stop in
        guard ranking.count > 0 else { return nil }
        if let exact = ranking[Percentiles.rank(of: stop, among: ranking.count)] { return exact }
        return all.isEmpty ? nil : all[Percentiles.rank(of: stop, among: all.count)]
      }, sampled: ranking.isComplete ? nil : all.count,
      histogram: Histogram.counts(
        of: all.lazy.map(\.value), from: Float(statistics.minimum), to: Float(statistics.maximum)))
  }
}

extension RankedImage {
  /// The order of rankings: by value, equal values by row.
  fileprivate static func < (a: RankedImage, b: RankedImage) -> Bool {
    a.value == b.value ? a.row < b.row : a.value < b.value
  }
}
