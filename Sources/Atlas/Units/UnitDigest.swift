import Statistics

/// The atlas's data of one unit.
struct UnitDigest: Sendable {
  /// The number of images at each end.
  static let kept = 9

  /// The unit's number in its layer.
  var channel: Int
  /// The statistics of the unit over all images.
  var statistics: UnitStatistics
  /// Whether the unit is dead; `nil` where the dump does not determine the answer.
  var isDead: Bool?
  /// The images with the lowest activations, ascending, and those with the highest, descending.
  var low: [RankedImage], high: [RankedImage]
  /// The image at each of ``Percentiles/stops``, where such an image is known.
  var stops: [RankedImage?]
  /// The number of activations from which percentiles and histogram are computed; `nil` where all are used.
  var sampled: Int?
  /// The number of activations in each of ``Histogram/bins`` bins of equal width between the extremes.
  var histogram: [UInt32]
}

extension UnitDigest {
  /// Computes the digest of a unit.
  ///
  /// - Parameters:
  ///   - channel: The unit's number in its layer.
  ///   - statistics: The statistics of the unit over all images.
  ///   - isDead: Whether the unit is dead; `nil` where the dump does not determine the answer.
  ///   - ranking: The ranked images; only those of the ends, where the dump keeps extremes.
  ///   - sample: A sample of all images, which represents the images between the ends where the ranking has
  ///     only the ends.
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
  /// Orders images as rankings do: by value, equal values by row.
  fileprivate static func < (a: RankedImage, b: RankedImage) -> Bool {
    a.value == b.value ? a.row < b.row : a.value < b.value
  }
}
