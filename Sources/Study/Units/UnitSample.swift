package import Machine
import Statistics
import Tensor
package import Units

/// A random sample of a network's units, drawn by the study's method.
package struct UnitSample: Sendable {
  /// The identifier of the network.
  package let model: String
  /// The canonical names of the layers, in the order in which the generator numbers them.
  package let layers: [String]
  /// The seed.
  package let seed: UInt32
  /// The units, in the order in which they were drawn.
  package let units: [UnitName]

  /// Draws units: first a layer, with equal probability for each, then one of its channels. A unit that is
  /// excluded or already in the sample is drawn again.
  ///
  /// With the study's layers, seed 42 and 100 units, the result is the study's own list.
  ///
  /// - Parameters:
  ///   - count: The number of units.
  ///   - model: The network, or the recorded layers of one.
  ///   - layers: The canonical names of the layers.
  ///   - seed: The seed of NumPy's generator.
  ///   - excluded: The units that are never drawn.
  /// - Throws: ``Failure`` of kind `usage` when there are not enough units.
  package init(
    _ count: Int, of model: some NamedLayers, layers: [String], seed: UInt32 = 42,
    excluding excluded: Set<UnitName> = []
  ) throws(Failure) {
    let widths = layers.map { model.channels(of: $0) ?? 0 }
    let names = Set(layers)
    let available = widths.reduce(0, +) - excluded.count { names.contains($0.layer) }
    guard count <= available, count == 0 || !widths.contains(0) else {
      throw Failure(
        .usage,
        "\(model.identifier) has \(available) units to draw from, fewer than \(count)",
        remedy: "ask for fewer, or give fewer blacklists"
      )
    }
    var random = NumPyRandom(seed: seed)
    var drawn: [UnitName] = []
    var taken = excluded
    while drawn.count < count {
      let layer = random.integer(below: layers.count)
      let unit = UnitName(layer: layers[layer], channel: random.integer(below: widths[layer]))
      if taken.insert(unit).inserted { drawn.append(unit) }
    }
    (self.model, self.layers, self.seed, units) = (model.identifier, layers, seed, drawn)
  }
}
