package import Models

extension RecordedDump {
  /// The layers, for words and names of units to choose from.
  package var namedLayers: RecordedLayers {
    RecordedLayers(
      in: path, of: manifest.model,
      zip(layers, manifest.layers).map { ($0.name, $1.units == nil ? $0.units.count : nil) })
  }
}
