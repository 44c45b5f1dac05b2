import Images
import Layers
import Machine
import Tensor

/// The image tower of "Learning Transferable Visual Models From Natural Language Supervision" (Radford et
/// al., arXiv:2103.00020, section 2.4), ViT-B/32. The GELU is OpenAI's approximation, or the exact one that
/// LAION used in training. The names are open_clip's.
struct CLIPVisionTransformer: Headed {
  static let head = "visual.proj"

  /// The height and width of a patch.
  let patch: Int
  /// The number of channels of a token.
  let width: Int
  /// The number of blocks.
  let depth: Int
  /// The number of attention heads.
  let heads: Int
  /// The number of channels of the embedding, which images share with text.
  var outputs: Int?
  /// Whether the MLPs use CLIP's approximation of the GELU, `x · σ(1.702 x)`. The parameters do not show it.
  let quickGELU: Bool

  static let base32 = base32(quickGELU: false)
  static let quickBase32 = base32(quickGELU: true)
  private static let epsilon = 1e-5

  private static func base32(quickGELU: Bool) -> CLIPVisionTransformer {
    CLIPVisionTransformer(
      patch: 32, width: 768, depth: 12, heads: 12, outputs: 512, quickGELU: quickGELU)
  }

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    try image("visual", Visual(network: self))
  }

  /// The whole tower, which CLIP keeps apart from the text tower under this name.
  struct Visual: Block {
    let network: CLIPVisionTransformer

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      let tokens =
        try image
        .conv2d("conv1", network.width, kernel: network.patch, stride: network.patch).tokens()
        .prepending(token: "class_embedding", shape: [network.width]).addingPositions("positional_embedding")
      let token =
        try tokens
        .layerNorm("ln_pre", epsilon: epsilon)("transformer", Transformer(network: network))
        .layerNorm("ln_post", epsilon: epsilon).token(0)
      guard let outputs = network.outputs else { return token }
      return try token.projected(by: "proj", outputs)
    }
  }

  /// The blocks.
  struct Transformer: Block {
    let network: CLIPVisionTransformer

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let blocks = Array(
        repeating: ResidualAttention(heads: network.heads, quickGELU: network.quickGELU),
        count: network.depth)
      return try x("resblocks", Sequential(blocks))
    }
  }

  /// Attention, then an MLP. Each has a normalisation before it and a residual connection around it.
  /// open_clip's Identities `ls_1` and `ls_2` are the terms added to the residual stream.
  struct ResidualAttention: Block {
    let heads: Int
    let quickGELU: Bool

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let attended = try x.layerNorm("ln_1", epsilon: epsilon)("attn", SelfAttention(heads: heads)).named(
        "ls_1")
      let y = try x + attended
      return try y
        + y.layerNorm("ln_2", epsilon: epsilon)("mlp", MLP(quickGELU: quickGELU)).named(
          "ls_2")
    }
  }

  /// PyTorch's MultiheadAttention, from every token to all tokens.
  struct SelfAttention: Block {
    let heads: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.inputProjection().attention(heads: heads).linear("out_proj", x.channels)
    }
  }

  /// An MLP with four times the channels in its hidden layer.
  struct MLP: Block {
    let quickGELU: Bool

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let wide = try x.linear("c_fc", 4 * x.channels)
      return try (quickGELU ? wide.quickGELU("gelu") : wide.gelu("gelu")).linear("c_proj", x.channels)
    }
  }
}

// MARK: - In the catalogue

extension Model {
  static let clipViTBase32 = Model(
    "clip-vit_b32", displayName: "CLIP ViT-B/32 (LAION-2B)", paper: CLIP.paper,
    network: CLIPVisionTransformer.base32, input: .image(.clip), output: .embedding,
    relevantLayers: [.clipVisionTransformer],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .huggingFace(
            "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip_model.safetensors", .safetensors,
            keptAs: "CLIP-ViT-B-32-laion2B-s34B-b79K.safetensors",
            sha256: .full("ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6"),
            bytes: 605_143_316),
          .huggingFace(
            "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip_pytorch_model.bin", .torch,
            keptAs: "CLIP-ViT-B-32-laion2B-s34B-b79K.bin", megabytes: 605),
        ],
        means: "open_clip's ViT-B-32 with the exact GELU, laion2b_s34b_b79k; OpenAI's, MetaCLIP's, DFN's and"
          + " LAION-400M's have QuickGELU and need clip-vit_b32-openai", license: "MIT",
        note: "laion2b_s34b_b79k; the text tower is left out"),
      top1: 0.666, layout: .clip, renames: "none; keys of the text tower are left out",
      others: CLIPVisionTransformer.laion400M(
        identifier: "clip-vit_b32-openai", difference: "has QuickGELU")
        + [OtherWeights("af8dbd0c", "open_clip's ViT-B-32, laion2b_e16")],
      architectureNames: ["vit-b-32", "vit-b/32", "vit_base_patch32_clip_224"],
      likeArchitectures: [
        "vit-b-32-quickgelu": "has QuickGELU", "vit_base_patch32_clip_quickgelu_224": "has QuickGELU",
      ],
      wordsOfOthers: ["quickgelu", "metaclip", "dfn", "openai"],
      signs: [
        WeightsSign { keys in
          let sizes = CLIP.openAISizes(in: keys)
          guard !sizes.isEmpty else { return nil }
          return .excludes(
            "is an archive of OpenAI's (it holds \(sizes.joined(separator: ", "))), whose networks have QuickGELU:"
              + " clip-vit_b32 would compute something else with it; give \(.model, "clip-vit_b32-openai")")
        }
      ],
      gelu: GELUVariant(
        isQuick: false, otherModel: "clip-vit_b32-openai", otherOwners: "OpenAI, MetaCLIP, DFN or LAION-400M",
        isKnown: CLIP.isOfOpenAI)),
    seededDamping: CLIPVisionTransformer.seededDamping)

  static let clipViTBase32OpenAI = Model(
    "clip-vit_b32-openai", displayName: "CLIP ViT-B/32 (OpenAI)", paper: CLIP.paper,
    network: CLIPVisionTransformer.quickBase32, input: .image(.clip), output: .embedding,
    relevantLayers: [.clipVisionTransformer],
    weights: TrainedWeights(
      published: CheckpointSource(
        [
          .openAI(
            "ViT-B-32.pt", sha256: "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
            bytes: 353_976_522)
        ],
        means: "OpenAI's ViT-B/32, with QuickGELU; LAION-2B's and DataComp's have the exact GELU and need"
          + " clip-vit_b32", license: "MIT",
        note: "QuickGELU; half precision, widened; the text tower is left out"),
      top1: 0.632, layout: .clip,
      renames: "none; keys of the text tower and the sizes stored beside the parameters are left out",
      others: CLIPVisionTransformer.laion400M()
        + [
          OtherWeights(
            "af8dbd0c", "open_clip's ViT-B-32, laion2b_e16", difference: "has the exact GELU",
            identifier: "clip-vit_b32")
        ],
      architectureNames: [
        "vit-b-32", "vit-b/32", "vit-b-32-quickgelu", "vit_base_patch32_clip_quickgelu_224",
      ],
      wordsOfOthers: ["laion2b", "datacomp"],
      gelu: GELUVariant(
        isQuick: true, otherModel: "clip-vit_b32", otherOwners: "LAION-2B or DataComp",
        isKnown: CLIP.isOfOpenAI)),
    seededDamping: CLIPVisionTransformer.seededDamping)
}

extension RelevanceRule {
  /// The study's rule for CLIP's vision transformers.
  fileprivate static let clipVisionTransformer = RelevanceRule(
    "relevant", "normalisations, what attention and MLP add, and both layers of the MLP, in every block"
  ) { name in
    name.hasPrefix("transformer_resblocks")
      && name.ends(in: "ln_1", "ls_1", "ln_2", "mlp_c_fc", "mlp_c_proj", "ls_2")
  }
}

extension CLIPVisionTransformer {
  fileprivate static let seededDamping: KeyValuePairs = [
    "attn.out_proj": 0.1, "mlp.c_proj": 0.1, "ln_pre": 0.1,
  ]

  /// Describes weights trained on LAION-400M, with the identifier of their network if it is another one.
  fileprivate static func laion400M(
    identifier: String? = nil, difference: String? = nil
  ) -> [OtherWeights] {
    [("d867053b", "laion400m_e31"), ("46683a32", "laion400m_e32")].map {
      OtherWeights(
        $0.0, "open_clip's ViT-B-32-quickgelu, \($0.1)", difference: difference, identifier: identifier)
    }
  }
}
