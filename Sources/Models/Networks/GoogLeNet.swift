import Images
import Layers

/// "Going Deeper with Convolutions" (Szegedy et al., arXiv:1409.4842, table 1) in torchvision's version: with
/// batch normalisation, 3×3 instead of 5×5 convolutions, pools that round up, and without the auxiliary
/// classifiers.
///
/// The names are torchvision's. Its `transform_input` is part of the preprocessing here.
struct GoogLeNet: Headed {
  static let head = "fc"
  var outputs: Int? = 1000

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let stem = try image("conv1", Unit(64, kernel: 7, stride: 2))
      .maxPool("maxpool1", kernel: 3, stride: 2, ceilMode: true)("conv2", Unit(64, kernel: 1))(
        "conv3", Unit(192, kernel: 3)
      ).maxPool("maxpool2", kernel: 3, stride: 2, ceilMode: true)
    let inception3 = try stem("inception3a", Inception(64, medium: (96, 128), large: (16, 32), pool: 32))(
      "inception3b", Inception(128, medium: (128, 192), large: (32, 96), pool: 64)
    ).maxPool("maxpool3", kernel: 3, stride: 2, ceilMode: true)
    let inception4 = try inception3(
      "inception4a", Inception(192, medium: (96, 208), large: (16, 48), pool: 64))(
        "inception4b", Inception(160, medium: (112, 224), large: (24, 64), pool: 64))(
        "inception4c", Inception(128, medium: (128, 256), large: (24, 64), pool: 64))(
        "inception4d", Inception(112, medium: (144, 288), large: (32, 64), pool: 64))(
        "inception4e", Inception(256, medium: (160, 320), large: (32, 128), pool: 128)
      ).maxPool("maxpool4", kernel: 2, stride: 2, ceilMode: true)
    let inception5 = try inception4(
      "inception5a", Inception(256, medium: (160, 320), large: (32, 128), pool: 128))(
        "inception5b", Inception(384, medium: (192, 384), large: (48, 128), pool: 128))
    let features = try inception5.globalAveragePool()
    guard let outputs else { return features }
    return try features.linear(Self.head, outputs)
  }

  /// A convolution, batch normalisation and ReLU. Without a stride, height and width are unchanged.
  struct Unit: Block {
    let channels: Int
    let kernel: Int
    let stride: Int

    init(_ channels: Int, kernel: Int, stride: Int = 1) {
      (self.channels, self.kernel, self.stride) = (channels, kernel, stride)
    }

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.conv2d("conv", channels, kernel: kernel, stride: stride, padding: Padding(kernel / 2))
        .batchNorm("bn", epsilon: 1e-3).relu()
    }
  }

  /// An inception module (figure 2b).
  struct Inception: Block {
    let single: Int
    let medium: (reduce: Int, out: Int)
    let large: (reduce: Int, out: Int)
    let pool: Int

    init(_ single: Int, medium: (reduce: Int, out: Int), large: (reduce: Int, out: Int), pool: Int) {
      (self.single, self.medium, self.large, self.pool) = (single, medium, large, pool)
    }

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try .concatenating(
        x("branch1", Unit(single, kernel: 1)),
        x("branch2", Sequential([Unit(medium.reduce, kernel: 1), Unit(medium.out, kernel: 3)])),
        x("branch3", Sequential([Unit(large.reduce, kernel: 1), Unit(large.out, kernel: 3)])),
        x("branch4", Pooled(channels: pool)))
    }
  }

  /// A 3×3 maximum pool, then a 1×1 convolution.
  struct Pooled: Block {
    let channels: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.maxPool("0", kernel: 3, stride: 1, padding: 1, ceilMode: true)("1", Unit(channels, kernel: 1))
    }
  }
}

// MARK: - In the catalogue

extension Model {
  // torchvision's `transform_input` converts ImageNet's normalisation to mean and deviation 0.5 within the
  // network. Here the preprocessing normalises images in that way directly.
  static let googLeNetTorchvision = Model(
    "googlenet-tv", displayName: "GoogLeNet (torchvision)",
    paper: "Going Deeper with Convolutions, arXiv:1409.4842", network: GoogLeNet(),
    input: .image(
      Preprocessing(
        resize: 256, filter: .bilinear, crop: 224,
        normalization: .standardized(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]))),
    output: .classes(.torch), relevantLayers: [.googLeNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [.torchvision("googlenet-1378be20.pth", megabytes: 52.1)],
        means: "torchvision's IMAGENET1K_V1, trained with transform_input; one trained without it fits and is"
          + " another", license: "BSD-3-Clause",
        note: "IMAGENET1K_V1; the auxiliary classifiers are left out"),
      top1: 0.69778, layout: .googLeNet, renames: "none; auxiliary classifiers are left out",
      architectureNames: ["googlenet"]))
}

extension RelevanceRule {
  /// A rule for a network outside of the study, analogous to the study's rules.
  fileprivate static let googLeNet = RelevanceRule(
    "relevant", "every convolution and its normalisation, before the activation (not part of the study)"
  ) { $0.ends(in: "_conv", "_bn") }
}

extension CheckpointLayout {
  /// The layout for torchvision's files, which contain the auxiliary classifiers; only training uses them.
  fileprivate static let googLeNet = CheckpointLayout { _ in
    { key in key.hasPrefix("aux1.") || key.hasPrefix("aux2.") ? nil : key }
  }
}
