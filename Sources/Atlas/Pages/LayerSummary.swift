import Statistics

/// The index's information about a layer.
struct LayerSummary: Sendable {
  /// The number of units of which the index shows an image.
  private static let glimpses = 8
  /// The number of bins of the small histogram.
  private static let parts = 20

  let constant: Int
  /// The number of units without a recorded value above 0.
  let neverPositive: Int
  /// The number of dead units, and of units for which the dump does not determine whether they are dead.
  let dead: Int, undecided: Int
  /// The number of sampled images from which percentiles and histograms are computed; `nil` where all images
  /// are used.
  let sampled: Int?
  /// The median of the units' shares of non-positive activations; the lower one of two middle values.
  let sparsity: Double
  /// The number of units in each bin of that share; the bins are equally wide.
  let spread: [Int]
  /// The rows of the most activating images of some units, which are evenly spaced in the layer.
  let glimpseRows: [Int]

  init(_ layer: LayerDigest) {
    sampled = layer.sampled
    neverPositive = layer.units.count(where: \.statistics.isNeverPositive)
    dead = layer.units.count { $0.isDead == true }
    undecided = layer.units.count { $0.isDead == nil }
    constant = layer.units.count(where: \.statistics.isConstant)
    let shares = layer.units.map(\.statistics.sparsity).sorted()
    sparsity = shares.isEmpty ? 0 : shares[(shares.count - 1) / 2]
    var spread = [Int](repeating: 0, count: Self.parts)
    for share in shares { spread[min(Int(share * Double(Self.parts)), Self.parts - 1)] += 1 }
    self.spread = spread
    let shown = min(Self.glimpses, layer.units.count)
    glimpseRows = (0..<shown).compactMap { layer.units[$0 * layer.units.count / shown].high.first?.row }
  }

  /// The small histogram as the path of an SVG of 20 × 30. The bar of a bin with any unit is at least 1.5
  /// high.
  var spreadPath: String {
    let most = max(spread.max() ?? 0, 1)
    return spread.enumerated().filter { $0.element > 0 }.map { part, count in
      // Heights are integers, in tenths, so that the bytes do not depend on the formatting of fractions.
      let height = max(300 * count / most, 15)
      return "M\(part) 30v-\(height / 10).\(height % 10)h.9V30Z"
    }.joined()
  }
}
