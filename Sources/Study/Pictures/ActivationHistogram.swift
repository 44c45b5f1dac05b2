import Statistics

/// The distribution of a unit's activations over images, and the ranges of its exemplars.
struct ActivationHistogram: Sendable {
  /// The number of bins, which are equally wide.
  static let binCount = 64

  /// The ends of the axis.
  let minimum: Float, maximum: Float
  /// The number of images in each bin; the last bin includes its upper end.
  let counts: [Int]
  /// The ranges of activations of the groups at the low end.
  let lowReferences: ClosedRange<Float>, lowQueries: ClosedRange<Float>
  /// The ranges of activations of the groups at the high end.
  let highQueries: ClosedRange<Float>, highReferences: ClosedRange<Float>

  /// Counts the activations that are not NaN.
  ///
  /// - Precondition: Every rank is known.
  init(of values: Span<Float>, _ ranking: UnitRanking, _ windows: ExemplarWindows) {
    func activation(_ rank: Int) -> Float { ranking[rank]?.value ?? .nan }
    let (minimum, maximum) = (activation(0), activation(ranking.count - 1))
    let counts = Histogram.counts(of: values, bins: Self.binCount) { value in
      value.isNaN ? nil : Self.share(of: value, from: minimum, to: maximum) * Double(Self.binCount)
    }.map(Int.init)
    func span(_ ranks: Range<Int>) -> ClosedRange<Float> {
      activation(ranks.lowerBound)...activation(ranks.upperBound - 1)
    }
    (self.minimum, self.maximum, self.counts) = (minimum, maximum, counts)
    (lowReferences, lowQueries) = (span(windows.lowReferences), span(windows.lowQueries))
    (highQueries, highReferences) = (span(windows.highQueries), span(windows.highReferences))
  }

  /// Returns the position of an activation along the axis, from 0 to 1. Differences are rounded to single
  /// precision, like the axis of the drawing. For a constant unit, or one with infinities, every position is
  /// 0.
  static func share(of value: Float, from minimum: Float, to maximum: Float) -> Double {
    let share = Double(value - minimum) / Double(maximum - minimum)
    return share.isFinite ? min(max(share, 0), 1) : 0
  }
}
