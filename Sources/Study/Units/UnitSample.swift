package import Machine
import Statistics
import Tensor
package import Units

/// A random sample of a network's units, drawn as the study drew its own.
package struct UnitSample: Sendable {
  /// The identifier of the network.
  package let model: String
  /// The layers drawn from, canonical names, in the order that the generator counts them.
  package let layers: [String]
  /// The seed.
  package let seed: UInt32
  /// The units, as they were drawn.
  package let units: [UnitName]

  /// Draws units: a layer, all being equally likely, then one of its channels; what is excluded or there already is
  /// drawn again.
  ///
  /// With the study's layers, seed 42 and 100 units, these are the study's own lists.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - model: The network, or the recorded layers of one.
  ///   - layers: Canonical names.
  ///   - seed: NumPy's.
  ///   - excluded: Units never to draw.
  /// - Throws: ``Failure`` of kind `usage` when there are not so many.
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
