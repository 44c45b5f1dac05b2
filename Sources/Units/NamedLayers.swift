package import Machine

/// The layers that users select by name: all layers of a network, or the layers that a dump recorded.
package protocol NamedLayers: Sendable {
  /// The identifier of the network.
  var identifier: String { get }
  /// The network's lists of layers, if they are known. They may include layers that were not recorded.
  var relevantLayerVariants: [LayerList] { get }
  /// The folder of the dump that recorded the layers; `nil` for all layers of a network.
  var recording: String? { get }
  /// Returns the canonical names, in order of execution.
  func executionOrder() throws -> [String]
  /// Returns the study's spelling of a canonical name.
  func studyName(of layer: String) -> String
  /// Returns the canonical name of a layer, given in either spelling. The `visual` prefix of CLIP is
  /// optional.
  ///
  /// - Throws: ``UnknownName`` with the nearest of these layers.
  func layer(named name: String) throws(UnknownName) -> String
  /// Returns the number of units of a layer, given its canonical name; `nil` if it is not known.
  func channels(of layer: String) -> Int?
}

extension NamedLayers {
  /// Returns the unit with the name `layer__channel`, with the layer in either spelling.
  ///
  /// - Throws: ``UnitNameError`` if the text has another form, or the unit does not exist.
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
