import Layers

/// The layers of a dump, by the names in its manifest. Their network may be one that the catalogue does not have.
package struct RecordedLayers: NamedLayers, Sendable {
  /// The identifier of the network.
  package let identifier: String
  /// The folder of the dump.
  package let recording: String?
  private let names: [String]
  private let channels: [String: Int]
  private let lookup: LayerLookup

  /// Creates a list.
  ///
  /// - Parameters:
  ///   - path: The folder of the dump.
  ///   - network: The identifier of the network.
  ///   - layers: Canonical names in the order of the manifest, and how many units each has; `nil` where only some were
  ///     recorded.
  package init(in path: String, of network: String, _ layers: [(name: String, channels: Int?)]) {
    (recording, identifier, names) = (path, network, layers.map(\.name))
    channels = layers.reduce(into: [:]) { $0[$1.name] = $1.channels }
    lookup = LayerLookup(names)
  }

  /// The network's lists, where the catalogue has it.
  package var relevantLayerVariants: [LayerList] {
    (try? Model.named(identifier))?.relevantLayerVariants ?? []
  }

  /// Canonical names, in the order of execution where the catalogue has the network, else in that of the manifest.
  package func executionOrder() -> [String] {
    guard let order = try? Model.named(identifier).graph().names else { return names }
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
    throw lookup.unknown(name, kind: "layer in \(recording ?? identifier)")
  }

  /// The number of units of a layer; `nil` where only some were recorded.
  package func channels(of layer: String) -> Int? { channels[layer] }
}
