import Images
import Layers
import Machine

/// "Deep Residual Learning for Image Recognition" (He et al., arXiv:1512.03385, table 1), in torchvision's
/// version 1.5, whose stride is in the 3×3 convolution. The wide variants follow arXiv:1605.07146.
///
/// The names are torchvision's, with the study's hook point `shortcut` on the sum before the last ReLU of
/// each block.
struct ResNet: Headed {
  static let head = "fc"

  /// The number of blocks in each of the four stages.
  let depths: [Int]
  /// The number of channels of the 3×3 convolution in the first stage.
  let width: Int
  var outputs: Int? = 1000

  static let resNet50 = ResNet(depths: [3, 4, 6, 3], width: 64)
  static let wideResNet50 = ResNet(depths: [3, 4, 6, 3], width: 128)

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    var x =
      try image
      .conv2d("conv1", 64, kernel: 7, stride: 2, padding: 3).batchNorm("bn1").relu()
      .maxPool(kernel: 3, stride: 2, padding: 1)
    for (stage, depth) in depths.enumerated() {
      x = try x("layer\(stage + 1)", Sequential(blocks(depth, stage: stage)))
    }
    let features = try x.globalAveragePool()
    guard let outputs else { return features }
    return try features.linear(Self.head, outputs)
  }

  private func blocks(_ depth: Int, stage: Int) -> [Bottleneck] {
    (0..<depth).map { position in
      Bottleneck(
        width: width << stage, outputChannels: 256 << stage, stride: position == 0 && stage > 0 ? 2 : 1)
    }
  }

  /// A block of 1×1, 3×3 and 1×1 convolutions with a shortcut (figure 5, right).
  struct Bottleneck: Block {
    let width: Int
    let outputChannels: Int
    let stride: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let y =
        try x
        .conv2d("conv1", width, kernel: 1).batchNorm("bn1").relu()
        .conv2d("conv2", width, kernel: 3, stride: stride, padding: 1).batchNorm("bn2").relu()
        .conv2d("conv3", outputChannels, kernel: 1).batchNorm("bn3")
      let projects = stride != 1 || x.channels != outputChannels
      let shortcut =
        projects ? try x("downsample", Projection(channels: outputChannels, stride: stride)) : x
      return try (y + shortcut).named("shortcut").relu()
    }
  }

  /// A 1×1 convolution that gives the shortcut the shape of the block's output.
  struct Projection: Block {
    let channels: Int
    let stride: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.conv2d("0", channels, kernel: 1, stride: stride).batchNorm("1")
    }
  }
}

// MARK: - In the catalogue

extension Model {
  static let resNet50 = Model(
    "resnet50", displayName: "ResNet-50",
    paper: "Deep Residual Learning for Image Recognition, arXiv:1512.03385", network: ResNet.resNet50,
    input: .image(.imageNet), output: .classes(.torch), relevantLayers: [.resNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .torchvision("resnet50-0676ba61.pth", bytes: 102_530_333),
          .timm(
            "resnet50.tv_in1k",
            sha256: .full("5d061a3c593d795bfe682d9b152bafbcf550579873492def3515b46db1189888"),
            bytes: 102_469_840),
        ],
        means: "torchvision's IMAGENET1K_V1; V2, timm's own and OpenMMLab's (caffe, msra) fit and are others",
        license: "BSD-3-Clause", note: "IMAGENET1K_V1"),
      top1: 0.7613, renames: "none",
      others: ResNet.otherWeights, architectureNames: ResNet.names, likeArchitectures: ResNet.lookalikes,
      wordsOfOthers: ["l2_eps", "linf_eps"],
      signs: [
        WeightsSign { keys in
          guard keys.contains(where: { $0.contains("attacker.") || $0.contains("normalizer.") }) else {
            return nil
          }
          return .differs(
            "is a checkpoint of the robustness library, whose networks are mostly trained adversarially; resnet50 means"
              + " torchvision's")
        }
      ]),
    seededDamping: ResNet.seededDamping)

  static let resNet50L2 = robustResNet50(
    "resnet50-l2", "L2, ε = 3", file: "resnet50_l2_eps3.ckpt",
    means: "MadryLab's, ε = 3; other ε, L∞ and plain ResNet-50 fit and are others", top1: 0.6283,
    wordsOfOthers: ["linf"])

  static let resNet50Linf = robustResNet50(
    "resnet50-linf", "L∞, ε = 4/255", file: "resnet50_linf_eps4.0.ckpt",
    means: "MadryLab's, ε = 4/255; other ε, L2 and plain ResNet-50 fit and are others", top1: 0.6386,
    wordsOfOthers: ["l2_eps", "_l2"])

  /// Describes an adversarially trained ResNet-50 from MadryLab.
  private static func robustResNet50(
    _ identifier: String, _ training: String, file: String, means meaning: String, top1: Double,
    wordsOfOthers: [String]
  ) -> Model {
    Model(
      identifier, displayName: "Robust ResNet-50 (\(training))",
      paper: "Do Adversarially Robust ImageNet Models Transfer Better?, arXiv:2007.08489",
      network: ResNet.resNet50, input: .image(.imageNet), output: .classes(.torch), relevantLayers: [.resNet],
      weights: TrainedWeights(
        published: CheckpointSource(
          [.huggingFace("madrylab/robust-imagenet-models", file, .torch)],
          means: meaning, license: "MIT", note: "the model is what robustness wraps in module.model"),
        top1: top1,
        renames: "only keys under model that begin module.model. are read, without that prefix; normaliser,"
          + " attacker, optimiser and schedule are left out",
        others: ResNet.otherWeights, architectureNames: ResNet.names, likeArchitectures: ResNet.lookalikes,
        wordsOfOthers: wordsOfOthers),
      seededDamping: ResNet.seededDamping)
  }

  static let wideResNet50 = Model(
    "wide_resnet50", displayName: "Wide ResNet-50-2", paper: "Wide Residual Networks, arXiv:1605.07146",
    network: ResNet.wideResNet50, input: .image(.imageNet), output: .classes(.torch),
    relevantLayers: [.resNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .torchvision("wide_resnet50_2-9ba9bcbe.pth", megabytes: 275.9),
          .timm("wide_resnet50_2.tv2_in1k"),
        ],
        means: "torchvision's IMAGENET1K_V2; V1 and timm's racm_in1k fit and are others",
        license: "BSD-3-Clause", note: "IMAGENET1K_V2; its accuracy is published for resizing to 232"),
      top1: 0.8160, renames: "none",
      others: [
        OtherWeights("95faca4d", "torchvision's wide_resnet50_2, IMAGENET1K_V1"),
        OtherWeights("8234f177", "timm's wide_resnet50_2.racm_in1k"),
      ], architectureNames: ["wide_resnet50_2"]),
    seededDamping: ResNet.seededDamping)
}

extension RelevanceRule {
  /// The study's rule for ResNets, including CLIP's.
  static let resNet = RelevanceRule(
    "relevant", "convolutions, normalisations and sums of the residual blocks, before their activation"
  ) { $0.hasPrefix("layer") && $0.ends(in: "conv1", "conv2", "conv3", "bn1", "bn2", "bn3", "shortcut") }
}

extension ResNet {
  fileprivate static let seededDamping: KeyValuePairs = ["bn3.weight": 0.3]

  /// The names that libraries give ResNet-50.
  fileprivate static let names: Set = ["resnet50", "tv_resnet50", "resnet-50"]

  /// Architectures with the parameters of ResNet-50 and a different computation.
  fileprivate static let lookalikes = [
    "resnetblur50": "blurs where resnet50 strides", "resnetaa50": "averages where resnet50 strides",
    "resnet50_caffe": "strides in its first 1×1 convolutions and takes BGR",
  ]

  /// Weights that fit ResNet-50 and belong to no identifier.
  fileprivate static let otherWeights =
    [
      OtherWeights("11ad3fa6", "torchvision's resnet50, IMAGENET1K_V2, published for resizing to 232"),
      OtherWeights(
        "788b5fa3", "OpenMMLab's resnet50_caffe",
        difference: "strides in its first 1×1 convolutions and takes BGR"),
      OtherWeights(
        "5891d200", "OpenMMLab's resnet50_msra",
        difference: "strides in its first 1×1 convolutions and takes BGR"),
      OtherWeights(
        "84f4748f", "timm's resnetblur50.bt_in1k", difference: "blurs where resnet50 strides"),
      OtherWeights(
        "4cf422b3", "timm's resnetaa50.a1h_in1k", difference: "averages where resnet50 strides"),
    ]
    + [
      ("14fe96d1", "a1_in1k"), ("001a1197", "a1h_in1k"), ("a2746f79", "a2_in1k"), ("59cae1ef", "a3_in1k"),
      ("532a802a", "b1k_in1k"), ("1ba180c1", "b2k_in1k"), ("5ba5e060", "c1_in1k"), ("d01e05b2", "c2_in1k"),
      ("f39db8af", "d_in1k"), ("a26f946b", "ram_in1k"), ("6c502b37", "am_in1k"), ("85ebb6e5", "ra_in1k"),
      ("86acaeed", "bt_in1k"), ("08389792", "fb_ssl_yfcc100m_ft_in1k"), ("16a12f1b", "fb_swsl_ig1b_ft_in1k"),
      ("0ebe02e2", "gluon_in1k"),
    ].map { OtherWeights($0.0, "timm's resnet50.\($0.1)") }
}
