import Images
import Layers

/// "Going Deeper with Convolutions" (Szegedy et al., arXiv:1409.4842, table 1) as trained by Google and
/// published by Lucid (`inception5h`). It has no batch normalisation, TensorFlow's asymmetric padding, 204
/// channels where the paper has 208, and 1,008 outputs after a softmax.
///
/// The names are those of lucent's port, which keeps TensorFlow's.
struct InceptionV1: Headed {
  static let head = "softmax2_pre_activation_matmul"
  var outputs: Int? = 1008

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let stem =
      try image
      .conv2d("conv2d0_pre_relu_conv", 64, kernel: 7, stride: 2, padding: .leading2, bias: true)
      .relu("conv2d0").maxPool("maxpool0", kernel: 3, stride: 2, padding: .trailing1)
      .responseNorm("localresponsenorm0")
      .conv2d("conv2d1_pre_relu_conv", 64, kernel: 1, bias: true).relu("conv2d1")
      .conv2d("conv2d2_pre_relu_conv", 192, kernel: 3, padding: 1, bias: true).relu("conv2d2")
      .responseNorm("localresponsenorm1").maxPool("maxpool1", kernel: 3, stride: 2, padding: .trailing1)
    let mixed3 =
      try stem
      .mixed("3a", 64, medium: (96, 128), large: (16, 32), pool: 32)
      .mixed("3b", 128, medium: (128, 192), large: (32, 96), pool: 64)
      .maxPool("maxpool4", kernel: 3, stride: 2, padding: .trailing1)
    let mixed4 =
      try mixed3
      .mixed("4a", 192, medium: (96, 204), large: (16, 48), pool: 64)
      .mixed("4b", 160, medium: (112, 224), large: (24, 64), pool: 64)
      .mixed("4c", 128, medium: (128, 256), large: (24, 64), pool: 64)
      .mixed("4d", 112, medium: (144, 288), large: (32, 64), pool: 64)
      .mixed("4e", 256, medium: (160, 320), large: (32, 128), pool: 128)
      .maxPool("maxpool10", kernel: 3, stride: 2, padding: .trailing1)
    let mixed5 =
      try mixed4
      .mixed("5a", 256, medium: (160, 320), large: (48, 128), pool: 128)
      .mixed("5b", 384, medium: (192, 384), large: (48, 128), pool: 128)
    let features = try mixed5.globalAveragePool("avgpool0")
    guard let outputs else { return features }
    return try features.linear(Self.head, outputs).softmax("softmax2")
  }
}

extension Padding {
  /// TensorFlow's `SAME` for a 7×7 window of stride 2 on an even extent.
  fileprivate static let leading2 = Padding(top: 2, left: 2, bottom: 3, right: 3)
  /// TensorFlow's `SAME` for a 3×3 window of stride 2 on an even extent.
  fileprivate static let trailing1 = Padding(top: 0, left: 0, bottom: 1, right: 1)
}

extension Value {
  /// Applies local response normalisation over nine channels, with exactly Lucid's alpha.
  fileprivate func responseNorm(_ name: String) throws(GraphError) -> Value {
    try localResponseNorm(name, size: 9, alpha: 9.99999974738e-05, beta: 0.5, k: 1)
  }

  /// Applies an inception module (figure 2b) with four parallel branches: 1×1, reduced 3×3, reduced 5×5, and
  /// pooled. The branches are recorded in the order in which lucent registers the convolutions.
  fileprivate func mixed(
    _ name: String, _ single: Int, medium: (reduce: Int, out: Int), large: (reduce: Int, out: Int), pool: Int
  ) throws(GraphError) -> Value {
    let mixed = "mixed\(name)"
    let branch1 = try unit("\(mixed)_1x1", single, kernel: 1)
    let reduce3 = try unit("\(mixed)_3x3_bottleneck", medium.reduce, kernel: 1)
    let reduce5 = try unit("\(mixed)_5x5_bottleneck", large.reduce, kernel: 1)
    let pooled = try maxPool("\(mixed)_pool", kernel: 3, stride: 1, padding: 1)
    let branch4 = try pooled.unit("\(mixed)_pool_reduce", pool, kernel: 1)
    let branch2 = try reduce3.unit("\(mixed)_3x3", medium.out, kernel: 3)
    let branch3 = try reduce5.unit("\(mixed)_5x5", large.out, kernel: 5)
    return try .concatenating(branch1, branch2, branch3, branch4).named(mixed)
  }

  /// Applies a convolution that preserves height and width, and a ReLU whose result is named `name`.
  private func unit(_ name: String, _ channels: Int, kernel: Int) throws(GraphError) -> Value {
    try conv2d("\(name)_pre_relu_conv", channels, kernel: kernel, padding: Padding(kernel / 2), bias: true)
      .relu(name)
  }
}

// MARK: - In the catalogue

extension Model {
  static let inceptionV1 = Model(
    "googlenet", displayName: "GoogLeNet (Inception V1, Lucid's)",
    paper: "Going Deeper with Convolutions, arXiv:1409.4842", network: InceptionV1(),
    input: .image(.inception), output: .classes(.lucid, areProbabilities: true),
    relevantLayers: [.inceptionV1],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .init(
            "inception5h.pth",
            url: "https://github.com/ProGamerGov/pytorch-old-tensorflow-models/raw/master/inception5h.pth",
            .torch)
        ],
        means: "Lucid's InceptionV1 (inception5h); BVLC's, Places365's and torchvision's GoogLeNet are other"
          + " networks", license: "Apache-2.0",
        note: "Google's inception5h, converted to PyTorch for neural-dream"),
      top1: 0.6915, renames: "none: lucent names its InceptionV1 as the file does",
      architectureNames: ["inceptionv1", "inception_v1"]),
    seededDamping: ["softmax2_pre_activation_matmul": 0.003])
}

extension RelevanceRule {
  /// The study's rule for Lucid's InceptionV1.
  fileprivate static let inceptionV1 = RelevanceRule(
    "relevant", "the convolutions of the inception modules, before their activation"
  ) { $0.hasPrefix("mixed") && $0.contains("pre_relu_conv") }
}
