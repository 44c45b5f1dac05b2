import Layers
import Tensor
public import Units

extension Model: NamedLayers {
  /// None: these are all of the network's layers.
  public var recording: String? { nil }
  /// Canonical names, in the order of execution.
  ///
  /// - Throws: `GraphError` if the description contradicts itself.
  public func executionOrder() throws -> [String] { try graph().names }
  /// The number of units of a layer, by its canonical name; 0 for any other.
  public func channels(of layer: String) -> Int? { shape(ofLayer: layer)?.channels ?? 0 }
}
