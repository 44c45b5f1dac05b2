import Images
import Layers

/// "Densely Connected Convolutional Networks" (Huang et al., arXiv:1608.06993, table 1), in the variant with
/// bottlenecks and compression. The names are torchvision's.
struct DenseNet: Headed {
  static let head = "classifier"

  /// The number of layers in each of the four dense blocks.
  let depths: [Int]
  /// The number of channels that each layer adds (k in the paper).
  let growth: Int
  var outputs: Int? = 1000

  static let denseNet201 = DenseNet(depths: [6, 12, 48, 32], growth: 32)

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let features = try image("features", Features(depths: depths, growth: growth)).relu().globalAveragePool()
    guard let outputs else { return features }
    return try features.linear(Self.head, outputs)
  }

  /// The stem, then dense blocks with transitions between them.
  struct Features: Block {
    let depths: [Int]
    let growth: Int

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      var x =
        try image
        .conv2d("conv0", 2 * growth, kernel: 7, stride: 2, padding: 3).batchNorm("norm0").relu("relu0")
        .maxPool("pool0", kernel: 3, stride: 2, padding: 1)
      for (position, depth) in depths.enumerated() {
        x = try x("denseblock\(position + 1)", DenseBlock(depth: depth, growth: growth))
        guard position < depths.count - 1 else { break }
        x = try x("transition\(position + 1)", Transition())
      }
      return try x.batchNorm("norm5")
    }
  }

  /// A dense block: the input of each layer is the block's input and the outputs of all earlier layers.
  struct DenseBlock: Block {
    let depth: Int
    let growth: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      var features = x
      for position in 1...depth {
        let added = try features("denselayer\(position)", DenseLayer(growth: growth))
        features = try .concatenating(features, added)
      }
      return features
    }
  }

  /// A dense layer: batch normalisation and ReLU before each convolution, 1×1 to four times the growth, then
  /// 3×3 to the growth.
  struct DenseLayer: Block {
    let growth: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.batchNorm("norm1").relu("relu1").conv2d("conv1", 4 * growth, kernel: 1)
        .batchNorm("norm2").relu("relu2").conv2d("conv2", growth, kernel: 3, padding: 1)
    }
  }

  /// A layer that halves the channels, the height and the width.
  struct Transition: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.batchNorm("norm").relu("relu").conv2d("conv", x.channels / 2, kernel: 1)
        .averagePool("pool", kernel: 2, stride: 2)
    }
  }
}

// MARK: - In the catalogue

extension Model {
  static let denseNet201 = Model(
    "densenet_201", displayName: "DenseNet-201",
    paper: "Densely Connected Convolutional Networks, arXiv:1608.06993", network: DenseNet.denseNet201,
    input: .image(.imageNet), output: .classes(.torch), relevantLayers: [.denseNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .torchvision("densenet201-c1103571.pth", megabytes: 81.1),
          .timm("densenet201.tv_in1k"),
        ],
        means: "torchvision's IMAGENET1K_V1, the only one", license: "BSD-3-Clause",
        note: "IMAGENET1K_V1; norm.1, conv.1 and so on become norm1, conv1"),
      top1: 0.7689, layout: .denseNet,
      renames: "denselayerN.norm.1.* becomes denselayerN.norm1.*, and so on for conv, 1 and 2",
      architectureNames: ["densenet201", "tv_densenet201"]))
}

extension RelevanceRule {
  /// The study's rule for DenseNets.
  fileprivate static let denseNet = RelevanceRule(
    "relevant", "convolutions and normalisations of the dense blocks and transitions, before their activation"
  ) { name in
    name.hasPrefix("features_denseblock") && name.ends(in: "conv1", "conv2", "norm1", "norm2")
      || name.hasPrefix("features_transition") && name.ends(in: "conv", "norm")
  }
}

extension CheckpointLayout {
  /// The layout for torchvision's files from before 2018, whose names have one more dot:
  /// `denselayer1.norm.1.weight`.
  fileprivate static let denseNet = CheckpointLayout { _ in
    { key in
      var parts = key.split(separator: ".").map(String.init)
      guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }), layer + 3 < parts.count,
        ["norm", "relu", "conv"].contains(parts[layer + 1]), ["1", "2"].contains(parts[layer + 2])
      else { return key }
      parts[layer + 1] += parts.remove(at: layer + 2)
      return parts.joined(separator: ".")
    }
  }
}
