public import Machine
package import Units

extension Model {
  /// The networks of the study, then four other networks. Each is described in its own file in `Networks`.
  public static let all: [Model] = [
    inceptionV1, resNet50, resNet50L2, resNet50Linf, wideResNet50, denseNet201, convNeXtBase, viTBase32,
    clipViTBase32, clipResNet50, squeezeNet, squeezeNetCaffe, googLeNetTorchvision, clipViTBase32OpenAI,
  ]

  /// Returns the layers of a network, given its identifier; `nil` if the network is not in the catalogue.
  package static let names: @Sendable (String) -> (any NamedLayers)? = { identifier in
    all.first { $0.identifier == identifier }
  }

  /// Returns the network with an identifier.
  ///
  /// - Throws: ``UnknownName`` with the nearest identifiers.
  public static func named(_ identifier: String) throws(UnknownName) -> Model {
    guard let model = all.first(where: { $0.identifier == identifier }) else {
      throw UnknownName(.model, name: identifier, known: all.map(\.identifier))
    }
    return model
  }
}
