import Statistics

/// What the index says of a layer.
struct LayerSummary: Sendable {
  /// How many units the index shows an image of.
  private static let glimpses = 8
  /// The parts of the small histogram.
  private static let parts = 20

  let constant: Int
  /// The units without a recorded value above 0.
  let neverPositive: Int
  /// The dead units, and those of which the dump does not say whether they are.
  let dead: Int, undecided: Int
  /// The images from which percentiles and histograms come, where these are not all.
  let sampled: Int?
  /// The middle of the units' shares of non-positive activations, the lower of two.
  let sparsity: Double
  /// Units by that share, in equal parts.
  let spread: [Int]
  /// The most activating images of some units, evenly apart.
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

  /// The small histogram as the path of an SVG of 20 × 30: a bar of at least 1.5 wherever there is a unit.
  var spreadPath: String {
    let most = max(spread.max() ?? 0, 1)
    return spread.enumerated().filter { $0.element > 0 }.map { part, count in
      // In tenths, so that no printing of fractions decides the bytes.
      let height = max(300 * count / most, 15)
      return "M\(part) 30v-\(height / 10).\(height % 10)h.9V30Z"
    }.joined()
  }
}
