import Images
import Layers
import Units

/// "A ConvNet for the 2020s" (Liu et al., arXiv:2201.03545, figure 4 and table 9). The names are timm's.
struct ConvNeXt: Headed {
  static let head = "head.fc"

  /// The number of blocks in each of the four stages.
  let depths: [Int]
  /// The number of channels of each stage.
  let widths: [Int]
  var outputs: Int? = 1000

  static let base = ConvNeXt(depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024])
  private static let epsilon = 1e-6

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let stages = zip(depths, widths).enumerated().map { position, stage in
      Stage(depth: stage.0, width: stage.1, downsamples: position > 0)
    }
    return try image("stem", Stem(width: widths[0]))("stages", Sequential(stages))(
      "head", Head(outputs: outputs))
  }

  /// A convolution on patches of 4×4 pixels.
  struct Stem: Block {
    let width: Int

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      try image.conv2d("0", width, kernel: 4, stride: 4, bias: true).layerNorm("1", epsilon: epsilon)
    }
  }

  /// A sequence of blocks of one width and resolution.
  struct Stage: Block {
    let depth: Int
    let width: Int
    let downsamples: Bool

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let input = downsamples ? try x("downsample", Downsample(width: width)) : x
      return try input("blocks", Sequential(Array(repeating: Bottleneck(), count: depth)))
    }
  }

  /// A layer that halves height and width.
  struct Downsample: Block {
    let width: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.layerNorm("0", epsilon: epsilon).conv2d("1", width, kernel: 2, stride: 2, bias: true)
    }
  }

  /// A 7×7 depthwise convolution and an inverted bottleneck, scaled per channel, with a residual connection.
  struct Bottleneck: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let y =
        try x
        .depthwiseConv2d("conv_dw", kernel: 7, padding: 3, bias: true).layerNorm("norm", epsilon: epsilon)(
          "mlp", MLP()
        ).layerScale("gamma")
      return try y + x
    }
  }

  /// An MLP with four times the channels in its hidden layer. timm has an Identity named `norm` after the
  /// activation.
  struct MLP: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.linear("fc1", 4 * x.channels).gelu().named("norm").linear("fc2", x.channels)
    }
  }

  /// The classifier: the mean over the map, a normalisation, and a linear layer.
  struct Head: Block {
    let outputs: Int?

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let features =
        try x.globalAveragePool("global_pool.pool").named("global_pool").layerNorm("norm", epsilon: epsilon)
      guard let outputs else { return features }
      return try features.linear("fc", outputs)
    }
  }
}

// MARK: - In the catalogue

extension Model {
  // The study's preprocessing for ConvNeXt is that of the ResNets, not timm's.
  static let convNeXtBase = Model(
    "convnext_b", displayName: "ConvNeXt-B", paper: "A ConvNet for the 2020s, arXiv:2201.03545",
    network: ConvNeXt.base, input: .image(.imageNet), output: .classes(.torch),
    relevantLayers: [.convNeXt, .convNeXtWithIdentities],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .timm("convnext_base.fb_in1k", megabytes: 354),
          .init(
            "convnext_base_1k_224_ema.pth",
            url: "https://dl.fbaipublicfiles.com/convnext/convnext_base_1k_224_ema.pth", .torch),
        ],
        means:
          "fb_in1k, trained on ImageNet-1k alone; fb_in22k_ft_in1k and CLIP's fine-tuned ones fit and are"
          + " others", license: "MIT (the authors), Apache-2.0 (timm's file)",
        note: "the authors' names become timm's"),
      top1: 0.838, layout: .convNeXt,
      renames:
        "timm's file: none; the authors' file: downsample_layers, dwconv, pwconv1, pwconv2, norm and head"
        + " become timm's stem, downsample, conv_dw, mlp.fc1, mlp.fc2, head.norm and head.fc",
      architectureNames: ["convnext_base"]),
    seededDamping: ["mlp.fc2": 0.1, "conv_dw": 0.05])
}

extension LayerList {
  /// The name of the list of ConvNeXt's layers that includes the Identities in its MLPs.
  package static let withMLPNorm = "relevant-with-mlp-norm"
}

extension RelevanceRule {
  /// The study's rule for ConvNeXts, without the Identity in the MLP.
  fileprivate static let convNeXt = RelevanceRule(
    "relevant", "blocks with their depthwise convolution, normalisation and both layers of the MLP"
  ) { $0.isConvNeXtLayer && !$0.hasSuffix("mlp_norm") }

  /// The study's rule, taken literally. Since March 2023 timm has an Identity named `norm` after the
  /// activation of the MLP, which the rule includes. The authors' own list, made in that April, very probably
  /// included it, too.
  fileprivate static let convNeXtWithIdentities = RelevanceRule(
    LayerList.withMLPNorm,
    "the same and the MLP's activation, where timm since 0.8.17 has an Identity whose name the rule takes in"
  ) { $0.isConvNeXtLayer }
}

extension String {
  /// Whether the string is `stages_d_blocks_d`, or has this prefix and a suffix of the study's rule for
  /// ConvNeXt.
  fileprivate var isConvNeXtLayer: Bool {
    let parts = split(separator: "_")
    guard parts.count >= 4, parts[0] == "stages", parts[2] == "blocks", Int(parts[1]) != nil,
      Int(parts[3]) != nil
    else { return false }
    return parts.count == 4 || ends(in: "conv_dw", "norm", "mlp_fc1", "mlp_fc2")
  }
}

extension CheckpointLayout {
  /// The layout that converts the authors' names (`downsample_layers.0.0`, `stages.0.0.dwconv`) to timm's.
  fileprivate static let convNeXt = CheckpointLayout { _ in
    { key in
      let parts = key.split(separator: ".").map(String.init)
      func joined(_ head: String, _ tail: some Sequence<String>) -> String {
        ([head] + tail).joined(separator: ".")
      }
      switch parts.first {
      case "downsample_layers" where parts.count > 2:
        let stage = parts[1]
        return joined(stage == "0" ? "stem" : "stages.\(stage).downsample", parts[2...])
      case "stages" where parts.count > 3 && Int(parts[2]) != nil:
        let renamed = ["dwconv": "conv_dw", "pwconv1": "mlp.fc1", "pwconv2": "mlp.fc2"][parts[3]] ?? parts[3]
        return joined("stages.\(parts[1]).blocks.\(parts[2])", [renamed] + parts[4...])
      case "norm": return joined("head.norm", parts[1...])
      case "head" where parts.count == 2: return joined("head.fc", parts[1...])
      default: return key
      }
    }
  }
}
