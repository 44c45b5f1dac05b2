import Layers
import Tensor
import Units

extension Model: NamedLayers {
  /// The recording: `nil`, because these are all layers of the network.
  package var recording: String? { nil }
  /// Returns the canonical names, in order of execution.
  ///
  /// - Throws: `GraphError` if the description contradicts itself.
  package func executionOrder() throws -> [String] { try graph().names }
  /// Returns the number of units of a layer, given its canonical name; 0 for any other name.
  package func channels(of layer: String) -> Int? { shape(ofLayer: layer)?.channels ?? 0 }
}
