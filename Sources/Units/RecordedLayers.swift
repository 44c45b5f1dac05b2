package import Machine

/// The layers of a dump, named as in its manifest. Their network need not be in the catalogue.
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
  ///   - layers: The canonical names in the order of the manifest, and the number of units of each layer;
  ///     `nil` if only some units were recorded.
  ///   - known: The network, if it is known, with its lists of layers and its order of execution.
  package init(
    in path: String, of network: String, _ layers: [(name: String, channels: Int?)],
    known: (any NamedLayers)? = nil
  ) {
    (recording, identifier, names, self.network) = (path, network, layers.map(\.name), known)
    channels = layers.reduce(into: [:]) { $0[$1.name] = $1.channels }
    lookup = LayerLookup(names)
  }

  /// The network's lists of layers; empty if the network is not known.
  package var relevantLayerVariants: [LayerList] { network?.relevantLayerVariants ?? [] }

  /// Returns the canonical names, in order of execution if the network is known, else in the order of the
  /// manifest.
  package func executionOrder() -> [String] {
    guard let order = try? network?.executionOrder() else { return names }
    let recorded = Set(names), known = Set(order)
    return order.filter(recorded.contains) + names.filter { !known.contains($0) }
  }

  /// Returns the study's spelling of a canonical name.
  package func studyName(of layer: String) -> String { LayerNames.studyName(of: layer) }

  /// Returns the canonical name of a layer, given in either spelling. The `visual` prefix of CLIP is
  /// optional.
  ///
  /// - Throws: ``UnknownName`` with the nearest of the recorded layers.
  package func layer(named name: String) throws(UnknownName) -> String {
    if let layer = lookup[name] { return layer }
    throw lookup.unknown(name, .recordedLayer(dump: recording ?? identifier))
  }

  /// Returns the number of units of a layer; `nil` if only some units were recorded.
  package func channels(of layer: String) -> Int? { channels[layer] }
}
