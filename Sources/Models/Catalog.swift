import Images

extension Model {
  /// The networks of the study, then three beyond it.
  public static let all: [Model] = [
    resNet50, squeezeNet,
  ]

  /// The network of an identifier.
  ///
  /// - Throws: ``UnknownName`` with the nearest identifiers.
  public static func named(_ identifier: String) throws(UnknownName) -> Model {
    guard let model = all.first(where: { $0.identifier == identifier }) else {
      throw UnknownName(kind: "model", name: identifier, known: all.map(\.identifier))
    }
    return model
  }

  static let resNet50 = Model(
    "resnet50", "ResNet-50", paper: "Deep Residual Learning for Image Recognition, arXiv:1512.03385",
    ResNet.resNet50, preprocessing: .imageNet, publishedTop1: 0.7613, layout: .plain,
    checkpoint: CheckpointSource(
      [.torchvision("resnet50-0676ba61.pth")], license: "BSD-3-Clause"), relevant: [.resNet])

  static let squeezeNet = Model(
    "squeezenet1_1", "SqueezeNet 1.1", paper: "SqueezeNet, arXiv:1602.07360",
    SqueezeNet(), preprocessing: .imageNet, publishedTop1: 0.58178, layout: .plain,
    checkpoint: CheckpointSource(
      [.torchvision("squeezenet1_1-b8a52dc0.pth")], license: "BSD-3-Clause"), relevant: [.squeezeNet])
}

extension CheckpointSource.File {
  /// A file of torchvision's, whose name ends in the first digits of its digest.
  static func torchvision(_ name: String, bytes: Int? = nil) -> Self {
    let digits = name.split(separator: "-").last?.prefix { $0 != "." } ?? ""
    return Self(
      name, url: "https://download.pytorch.org/models/\(name)", .torch, sha256: .prefix(String(digits)),
      bytes: bytes)
  }
}
