package import Machine

/// The layers of a dump, by the names in its manifest. Their network need not be known.
package struct RecordedLayers: NamedLayers, Sendable {
  /// The identifier of the network.
  package let identifier: String
  /// The folder of the dump.
  package let recording: String?
  private let names: [String]
  private let channels: [String: Int]
  private let lookup: LayerLookup
  private let network: (any NamedLayers)?

  /// Creates a list.
  ///
  /// - Parameters:
  ///   - path: The folder of the dump.
  ///   - network: The identifier of the network.
  ///   - layers: Canonical names in the order of the manifest, and the number of units of each; `nil` where only some
  ///     were recorded.
  ///   - known: The network, where it is known: its lists of layers, and the order in which it executes them.
  package init(
    in path: String, of network: String, _ layers: [(name: String, channels: Int?)],
    known: (any NamedLayers)? = nil
  ) {
    (recording, identifier, names, self.network) = (path, network, layers.map(\.name), known)
    channels = layers.reduce(into: [:]) { $0[$1.name] = $1.channels }
    lookup = LayerLookup(names)
  }

  /// The network's lists, where it is known.
  package var relevantLayerVariants: [LayerList] { network?.relevantLayerVariants ?? [] }

  /// Canonical names, in the order of execution where the network is known, else in that of the manifest.
  package func executionOrder() -> [String] {
    guard let order = try? network?.executionOrder() else { return names }
    let recorded = Set(names), known = Set(order)
    return order.filter(recorded.contains) + names.filter { !known.contains($0) }
  }

  /// The study's spelling of a canonical name.
  package func studyName(of layer: String) -> String { LayerNames.studyName(of: layer) }

  /// The canonical name of a layer given in either spelling; the `visual` prefix of CLIP may be left out.
  ///
  /// - Throws: ``UnknownName`` with the nearest of the recorded layers.
  package func layer(named name: String) throws(UnknownName) -> String {
    if let layer = lookup[name] { return layer }
    throw lookup.unknown(name, .recordedLayer(dump: recording ?? identifier))
  }

  /// The number of units of a layer; `nil` where only some were recorded.
  package func channels(of layer: String) -> Int? { channels[layer] }
}
