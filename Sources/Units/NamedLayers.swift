package import Machine

/// Layers that words and names of units choose from: all those of a network, or those of them that a dump recorded.
package protocol NamedLayers: Sendable {
  /// The identifier of the network.
  var identifier: String { get }
  /// The network's lists of layers, where they are known. They may have layers that were not recorded.
  var relevantLayerVariants: [LayerList] { get }
  /// The folder of the dump that recorded them; `nil` where they are all of the network's.
  var recording: String? { get }
  /// Canonical names, in the order of execution.
  func executionOrder() throws -> [String]
  /// The study's spelling of a canonical name.
  func studyName(of layer: String) -> String
  /// The canonical name of a layer given in either spelling; the `visual` prefix of CLIP may be left out.
  ///
  /// - Throws: ``UnknownName`` with the nearest of these layers.
  func layer(named name: String) throws(UnknownName) -> String
  /// The number of units of a layer, by its canonical name; `nil` where it is not known.
  func channels(of layer: String) -> Int?
}

extension NamedLayers {
  /// The unit written `layer__channel`, with the layer in either spelling.
  ///
  /// - Throws: ``UnitNameError`` when it is written otherwise or there is no such unit.
  package func unit(named text: String) throws(UnitNameError) -> UnitName {
    guard let parts = UnitName.parts(of: text) else { throw .malformed(text) }
    let unit: UnitName
    do { unit = UnitName(layer: try layer(named: parts.layer), channel: parts.channel) } catch {
      throw .unknownLayer(error)
    }
    guard let channels = channels(of: unit.layer) else { return unit }
    guard (0..<channels).contains(unit.channel) else {
      throw .noSuchChannel(unit, network: identifier, channels: channels)
    }
    return unit
  }
}
