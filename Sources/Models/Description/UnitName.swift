import Layers

/// One channel of one layer: what the study calls a unit.
public struct Unit: Hashable, Sendable, CustomStringConvertible {
  /// The canonical, dotted name of the layer.
  public let layer: String
  /// The channel, from 0.
  public let channel: Int

  /// Creates a unit; ``Model/unit(named:)`` checks that a network has it.
  public init(layer: String, channel: Int) { (self.layer, self.channel) = (layer, channel) }

  /// The dotted form: `layer1.0.conv1__17`.
  public var description: String { "\(layer)__\(channel)" }

  /// The study's form: `layer1_0_conv1__17`.
  public var studyName: String { "\(LayerNames.studyName(of: layer))__\(channel)" }
}

/// A unit that cannot be recorded.
public enum UnitError: Error, Hashable, CustomStringConvertible {
  /// It is not written `layer__channel`.
  case malformed(String)
  /// The network has no such layer.
  case unknownLayer(UnknownName)
  /// The layer has fewer channels.
  case noSuchChannel(Unit, channels: Int)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .malformed(let text): "'\(text)' is no unit: write layer__channel, as in layer1.0.conv1__17"
    case .unknownLayer(let error): error.description
    case .noSuchChannel(let unit, let channels):
      "there is no unit '\(unit)': \(unit.layer) has \(channels) channels, 0 to \(channels - 1)"
    }
  }
}

extension Model {
  /// The unit written `layer__channel`, with the layer in either spelling.
  ///
  /// - Throws: ``UnitError`` when it is written otherwise or this network has no such unit.
  public func unit(named text: String) throws(UnitError) -> Unit {
    let bytes = Array(text.utf8)
    let underscore = UInt8(ascii: "_")
    guard
      let end = bytes.indices.dropLast().last(where: {
        bytes[$0] == underscore && bytes[$0 + 1] == underscore
      }),
      end > 0, let channel = Int(String(decoding: bytes[(end + 2)...], as: UTF8.self)),
      bytes[(end + 2)...].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    else { throw .malformed(text) }
    let unit: Unit
    do {
      unit = Unit(layer: try layer(named: String(decoding: bytes[..<end], as: UTF8.self)), channel: channel)
    } catch { throw .unknownLayer(error) }
    let channels = shape(ofLayer: unit.layer)?.channels ?? 0
    guard channel < channels else { throw .noSuchChannel(unit, channels: channels) }
    return unit
  }
}
