package import Units

extension RecordedDump {
  /// Returns the layers, from which words and names of units choose.
  ///
  /// - Parameter network: Finds a network by its identifier: its lists of layers, and the order in which it
  ///   executes them. Without a network, words choose by name and pattern, in the order of the manifest.
  /// - Returns: The recorded layers.
  package func namedLayers(knowing network: NetworkNames = { _ in nil }) -> RecordedLayers {
    RecordedLayers(
      in: path, of: manifest.model,
      zip(layers, manifest.layers).map { ($0.name, $1.units == nil ? $0.units.count : nil) },
      known: network(manifest.model))
  }
}

/// A function that finds the layers of a network by its identifier; `nil` for an unknown identifier.
package typealias NetworkNames = @Sendable (_ identifier: String) -> (any NamedLayers)?
