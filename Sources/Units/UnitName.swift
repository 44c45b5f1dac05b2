package import Machine

/// The name of a unit: a channel of a layer.
package struct UnitName: Hashable, Sendable, CustomStringConvertible {
  /// The canonical, dotted name of the layer.
  package let layer: String
  /// The channel, from 0.
  package let channel: Int

  /// Creates a name; ``NamedLayers/unit(named:)`` reads one and checks that there is the unit.
  package init(layer: String, channel: Int) { (self.layer, self.channel) = (layer, channel) }

  /// The dotted form: `layer1.0.conv1__17`.
  package var description: String { "\(layer)__\(channel)" }

  /// The study's form: `layer1_0_conv1__17`.
  package var studyName: String { "\(LayerNames.studyName(of: layer))__\(channel)" }

  /// The layer, in the spelling it was given in, and the channel of a text `layer__channel`; `nil` for any other text.
  static func parts(of text: String) -> (layer: String, channel: Int)? {
    let bytes = Array(text.utf8)
    let underscore = UInt8(ascii: "_")
    guard
      let end = bytes.indices.dropLast().last(where: {
        bytes[$0] == underscore && bytes[$0 + 1] == underscore
      }), let channel = Int(String(decoding: bytes[(end + 2)...], as: UTF8.self))
    else { return nil }
    return (String(decoding: bytes[..<end], as: UTF8.self), channel)
  }
}

/// The name of a unit that there is not.
package enum UnitNameError: Explained, Hashable {
  /// It is not written `layer__channel`.
  case malformed(String)
  /// There is no such layer.
  case unknownLayer(UnknownName)
  /// The layer has other channels.
  case noSuchChannel(UnitName, network: String, channels: Int)

  /// A name is data.
  package var kind: Failure.Kind { .badData }

  /// One sentence for the user.
  package var sentence: Sentence {
    switch self {
    case .malformed(let text):
      "'\(text)' is not a unit; units are written layer__channel, such as layer4_1_conv3__1459"
    case .unknownLayer(let error): error.sentence
    case .noSuchChannel(let unit, let network, let channels):
      "\(unit.layer) of \(network) has units 0 to \(channels - 1), not \(unit.channel)"
    }
  }
}
