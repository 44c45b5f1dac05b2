import Statistics

/// How the activations of a unit are distributed over images, and where its exemplars lie.
struct ActivationHistogram: Sendable {
  /// The bins, which are equally wide.
  static let binCount = 64

  /// The ends of the axis.
  let minimum: Float, maximum: Float
  /// The images of each bin; the last includes its upper end.
  let counts: [Int]
  /// From where to where each group of exemplars goes.
  let lowReferences: ClosedRange<Float>, lowQueries: ClosedRange<Float>
  /// The same at the high end.
  let highQueries: ClosedRange<Float>, highReferences: ClosedRange<Float>

  /// Counts the activations that are numbers.
  ///
  /// - Precondition: Every rank is known.
  init(of values: Span<Float>, _ ranking: UnitRanking, _ windows: ExemplarWindows) {
    func activation(_ rank: Int) -> Float { ranking[rank]?.value ?? .nan }
    let (minimum, maximum) = (activation(0), activation(ranking.count - 1))
    var counts = [Int](repeating: 0, count: Self.binCount)
    for row in values.indices where !values[row].isNaN {
      counts[Self.bin(of: values[row], from: minimum, to: maximum)] += 1
    }
    func span(_ ranks: Range<Int>) -> ClosedRange<Float> {
      activation(ranks.lowerBound)...activation(ranks.upperBound - 1)
    }
    (self.minimum, self.maximum, self.counts) = (minimum, maximum, counts)
    (lowReferences, lowQueries) = (span(windows.lowReferences), span(windows.lowQueries))
    (highQueries, highReferences) = (span(windows.highQueries), span(windows.highReferences))
  }

  private static func bin(of value: Float, from minimum: Float, to maximum: Float) -> Int {
    let position = Double(value - minimum) / Double(maximum - minimum) * Double(binCount)
    // Of a constant unit, or one with infinities, there is no position.
    return position.isFinite ? min(max(Int(position), 0), binCount - 1) : 0
  }
}
