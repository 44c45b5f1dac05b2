import Images
import Layers

/// The image tower of "Learning Transferable Visual Models From Natural Language Supervision" (Radford et
/// al., arXiv:2103.00020, section 2.4), ResNet-50. It has a stem of three convolutions, an average pool at
/// each stride of a ResNet, and attention in place of the last pool.
///
/// The names are open_clip's, with the study's hook point `shortcut` on the sum before the last ReLU of each
/// block.
struct CLIPResNet: Headed {
  static let head = "visual.attnpool"

  /// The number of blocks in each of the four stages.
  let depths: [Int]
  /// The number of channels of the 3×3 convolutions in the first stage.
  let width: Int
  /// The number of heads of the attention pool.
  let heads: Int
  /// The number of channels of the embedding, which images share with text.
  var outputs: Int?

  static let resNet50 = CLIPResNet(depths: [3, 4, 6, 3], width: 64, heads: 32, outputs: 1024)

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    try image("visual", Visual(network: self))
  }

  /// The whole tower, which CLIP keeps apart from the text tower under this name.
  struct Visual: Block {
    let network: CLIPResNet

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      let width = network.width
      var x =
        try image
        .conv2d("conv1", width / 2, kernel: 3, stride: 2, padding: 1).batchNorm("bn1").relu("act1")
        .conv2d("conv2", width / 2, kernel: 3, padding: 1).batchNorm("bn2").relu("act2")
        .conv2d("conv3", width, kernel: 3, padding: 1).batchNorm("bn3").relu("act3")
        .averagePool(kernel: 2, stride: 2)
      for (stage, depth) in network.depths.enumerated() {
        let blocks = (0..<depth).map { position in
          Bottleneck(width: width << stage, stride: position == 0 && stage > 0 ? 2 : 1)
        }
        x = try x("layer\(stage + 1)", Sequential(blocks))
      }
      guard let outputs = network.outputs else { return x }
      return try x("attnpool", AttentionPool(heads: network.heads, channels: outputs))
    }
  }

  /// A block of 1×1, 3×3 and 1×1 convolutions of stride 1 with a shortcut. Average pools downsample both
  /// paths.
  struct Bottleneck: Block {
    let width: Int
    let stride: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let wide =
        try x
        .conv2d("conv1", width, kernel: 1).batchNorm("bn1").relu("act1")
        .conv2d("conv2", width, kernel: 3, padding: 1).batchNorm("bn2").relu("act2")
      let pooled = stride > 1 ? try wide.averagePool(kernel: stride, stride: stride) : wide
      let y = try pooled.conv2d("conv3", 4 * width, kernel: 1).batchNorm("bn3")
      let projects = stride > 1 || x.channels != 4 * width
      let shortcut = projects ? try x("downsample", Projection(channels: 4 * width, stride: stride)) : x
      return try (y + shortcut).named("shortcut").relu("act3")
    }
  }

  /// An average pool and a 1×1 convolution that give the shortcut the shape of the block's output.
  struct Projection: Block {
    let channels: Int
    let stride: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let pooled = stride > 1 ? try x.averagePool("-1", kernel: stride, stride: stride) : try x.named("-1")
      return try pooled.conv2d("0", channels, kernel: 1).batchNorm("1")
    }
  }

  /// Attention whose query is the mean over the map, and whose keys are the mean and all positions.
  struct AttentionPool: Block {
    let heads: Int
    let channels: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let tokens = try x.tokens().prependingMean().addingPositions("positional_embedding")
      let query = try tokens.token(0).linear("q_proj", x.channels)
      let keys = try tokens.linear("k_proj", x.channels)
      let values = try tokens.linear("v_proj", x.channels)
      return try query.attention(keys: keys, values: values, heads: heads).linear("c_proj", channels)
    }
  }
}

// MARK: - In the catalogue

extension Model {
  static let clipResNet50 = Model(
    "clip-resnet50", displayName: "CLIP ResNet-50 (OpenAI)", paper: CLIP.paper,
    network: CLIPResNet.resNet50, input: .image(.clip), output: .embedding, relevantLayers: [.resNet],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .openAI(
            "RN50.pt", sha256: "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762",
            bytes: 255_827_503)
        ],
        means: "OpenAI's RN50; open_clip's yfcc15m and cc12m fit and are others (QuickGELU is in the text"
          + " tower only)", license: "MIT", note: "half precision, widened; the text tower is left out"),
      top1: 0.5983, layout: .clip,
      renames: "none; keys of the text tower and the sizes stored beside the parameters are left out",
      others: [
        OtherWeights("455df137", "open_clip's RN50, yfcc15m"),
        OtherWeights("f000538c", "open_clip's RN50, cc12m"),
      ], architectureNames: ["rn50", "rn50-quickgelu", "resnet50_clip", "resnet50_clip_gap"]),
    seededDamping: ["bn3.weight": 0.3, "q_proj": 0.5, "k_proj": 0.5])
}
