import Layers
import Tensor
import Units

extension Model: NamedLayers {
  /// None: these are all of the network's layers.
  package var recording: String? { nil }
  /// Canonical names, in the order of execution.
  ///
  /// - Throws: `GraphError` if the description contradicts itself.
  package func executionOrder() throws -> [String] { try graph().names }
  /// The number of units of a layer, by its canonical name; 0 for any other.
  package func channels(of layer: String) -> Int? { shape(ofLayer: layer)?.channels ?? 0 }
}
