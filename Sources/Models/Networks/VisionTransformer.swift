import Images
import Layers
import Tensor

/// "An Image is Worth 16x16 Words" (Dosovitskiy et al., arXiv:2010.11929, figure 1), ViT-B/32, as trained in
/// "How to train your ViT?" (arXiv:2106.10270). The names are timm's.
struct VisionTransformer: Headed {
  static let head = "head"

  /// The height and width of a patch.
  let patch: Int
  /// The number of channels of a token.
  let width: Int
  /// The number of blocks.
  let depth: Int
  /// The number of attention heads.
  let heads: Int
  var outputs: Int? = 1000

  static let base32 = VisionTransformer(patch: 32, width: 768, depth: 12, heads: 12)
  private static let epsilon = 1e-6

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let token = try image("patch_embed", PatchEmbedding(patch: patch, width: width))
      .prepending(token: "cls_token", shape: [1, 1, width]).addingPositions("pos_embed", hasBatchAxis: true)(
        "blocks", Sequential(Array(repeating: Encoder(heads: heads), count: depth))
      ).layerNorm("norm", epsilon: Self.epsilon).token(0)
    guard let outputs else { return token }
    return try token.linear(Self.head, outputs)
  }

  /// A convolution that makes one token per patch.
  struct PatchEmbedding: Block {
    let patch: Int
    let width: Int

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      try image.conv2d("proj", width, kernel: patch, stride: patch, bias: true).tokens()
    }
  }

  /// Attention, then an MLP. Each has a normalisation before it and a residual connection around it. timm's
  /// Identities `ls1` and `ls2` are the terms added to the residual stream.
  struct Encoder: Block {
    let heads: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let attended = try x.layerNorm("norm1", epsilon: epsilon)("attn", SelfAttention(heads: heads)).named(
        "ls1")
      let y = try x + attended
      return try y + y.layerNorm("norm2", epsilon: epsilon)("mlp", MLP()).named("ls2")
    }
  }

  /// Attention from every token to all tokens.
  struct SelfAttention: Block {
    let heads: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.linear("qkv", 3 * x.channels).attention(heads: heads).linear("proj", x.channels)
    }
  }

  /// An MLP with four times the channels in its hidden layer.
  struct MLP: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.linear("fc1", 4 * x.channels).gelu().linear("fc2", x.channels)
    }
  }
}

// MARK: - In the catalogue

extension Model {
  static let viTBase32 = Model(
    "in1k-vit_b32", displayName: "ViT-B/32 (ImageNet-1k)", paper: "How to train your ViT?, arXiv:2106.10270",
    network: VisionTransformer.base32, input: .image(.augreg), output: .classes(.torch),
    relevantLayers: [.visionTransformer],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .timm("vit_base_patch32_224.augreg_in1k", megabytes: 353),
          .init(
            "\(augRegName).npz", url: "https://storage.googleapis.com/vit_models/augreg/\(augRegName).npz",
            .npz),
        ],
        means: "augreg_in1k, trained on ImageNet-1k alone; augreg_in21k_ft_in1k and sam_in1k fit and are"
          + " others", license: "Apache-2.0", note: "JAX's names become timm's, its kernels are transposed"),
      top1: 0.74904, layout: .visionTransformer,
      renames: "timm's file: none; Google's file: JAX's names become timm's, kernels are transposed, queries,"
        + " keys and values joined",
      architectureNames: ["vit_base_patch32_224"]),
    seededDamping: ["attn.proj": 0.1, "mlp.fc2": 0.1, "patch_embed.proj": 0.1])

  private static let augRegName =
    "B_32-i1k-300ep-lr_0.001-aug_medium2-wd_0.1-do_0.1-sd_0.1--imagenet2012-steps_20k-lr_0.01-res_224"
}

extension RelevanceRule {
  /// The study's rule for timm's vision transformers.
  fileprivate static let visionTransformer = RelevanceRule(
    "relevant", "normalisations, what attention and MLP add, and both layers of the MLP, in every block"
  ) { $0.hasPrefix("blocks_") && $0.ends(in: "norm1", "ls1", "norm2", "mlp_fc1", "mlp_fc2", "ls2") }
}

extension CheckpointLayout {
  /// The layout for timm's names, or for Google's AugReg checkpoints (`.npz` from JAX), whose kernels are
  /// input × output.
  fileprivate static let visionTransformer = CheckpointLayout { source in
    let isJAX = source.names.contains { $0.hasSuffix("Transformer/encoder_norm/scale") }
    return isJAX ? AugReg(source).adapted() : plain.adapt(source)
  }
}

/// Converts an AugReg checkpoint (arXiv:2106.10270) in the same way as timm's `VisionTransformer`.
private struct AugReg {
  private let source: any TensorSource
  private let prefix: String
  private var tensors: [AdaptedTensor] = []

  init(_ source: any TensorSource) {
    self.source = source
    // Checkpoints saved with their optimiser keep the parameters in `opt/target`.
    prefix = source.names.contains { $0.hasPrefix("opt/target/") } ? "opt/target/" : ""
  }

  /// Returns every known parameter, then the unknown keys.
  consuming func adapted() -> [AdaptedTensor] {
    add("cls_token", ["cls"])
    add("pos_embed", ["Transformer/posembed_input/pos_embedding"])
    add("patch_embed.proj.weight", ["embedding/kernel"], [3, 2, 0, 1])
    add("patch_embed.proj.bias", ["embedding/bias"])
    add(norm: "norm", "Transformer/encoder_norm")
    add(dense: "head", "head")
    var block = 0
    while source.shape(of: "\(prefix)Transformer/encoderblock_\(block)/LayerNorm_0/scale") != nil {
      add(block: block)
      block += 1
    }
    let known = Set(tensors.flatMap(\.parts))
    return tensors
      + source.names.filter { !known.contains($0) }.map {
        AdaptedTensor(name: $0, parts: [$0], shape: source.shape(of: $0) ?? [])
      }
  }

  private mutating func add(block: Int) {
    let from = "Transformer/encoderblock_\(block)"
    let attention = "\(from)/MultiHeadDotProductAttention_1"
    let projections = ["query", "key", "value"].map { "\(attention)/\($0)" }
    add(norm: "blocks.\(block).norm1", "\(from)/LayerNorm_0")
    // The kernels are width × heads × size, the biases heads × size.
    add("blocks.\(block).attn.qkv.weight", projections.map { "\($0)/kernel" }, [1, 2, 0], flattening: 2)
    add("blocks.\(block).attn.qkv.bias", projections.map { "\($0)/bias" }, flattening: 2)
    // The kernel of the output is heads × size × width.
    add("blocks.\(block).attn.proj.weight", ["\(attention)/out/kernel"], [2, 0, 1], keepingFirst: true)
    add("blocks.\(block).attn.proj.bias", ["\(attention)/out/bias"])
    add(norm: "blocks.\(block).norm2", "\(from)/LayerNorm_2")
    add(dense: "blocks.\(block).mlp.fc1", "\(from)/MlpBlock_3/Dense_0")
    add(dense: "blocks.\(block).mlp.fc2", "\(from)/MlpBlock_3/Dense_1")
  }

  private mutating func add(norm name: String, _ key: String) {
    add("\(name).weight", ["\(key)/scale"])
    add("\(name).bias", ["\(key)/bias"])
  }

  private mutating func add(dense name: String, _ key: String) {
    add("\(name).weight", ["\(key)/kernel"], [1, 0])
    add("\(name).bias", ["\(key)/bias"])
  }

  /// Adds a parameter if its parts are present and have as many axes as the permutation. Otherwise binding
  /// reports it.
  ///
  /// - Parameters:
  ///   - name: The parameter.
  ///   - keys: The parts, concatenated along the first axis.
  ///   - permutation: The permutation of each part's axes.
  ///   - flattening: The number of leading axes that are merged into one.
  ///   - keepingFirst: Whether all axes but the first are merged into one.
  private mutating func add(
    _ name: String, _ keys: [String], _ permutation: [Int]? = nil, flattening: Int = 1,
    keepingFirst: Bool = false
  ) {
    let parts = keys.map { prefix + $0 }
    let shapes = parts.compactMap { source.shape(of: $0) }
    guard let shape = shapes.first, shapes.count == parts.count, shapes.allSatisfy({ $0 == shape }),
      shape.rank == permutation?.count ?? shape.rank, shape.rank >= flattening
    else { return }
    let extents = permutation.map { $0.map { shape[$0] } } ?? shape.extents
    let leading = extents.prefix(flattening).reduce(parts.count, *)
    let rest = Array(extents.dropFirst(flattening))
    tensors.append(
      AdaptedTensor(
        name: name, parts: parts, permutation: permutation,
        shape: Shape([leading] + (keepingFirst ? [rest.reduce(1, *)] : rest))))
  }
}
