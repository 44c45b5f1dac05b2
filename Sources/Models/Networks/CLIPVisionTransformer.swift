import Layers
import Tensor

/// The image tower of "Learning Transferable Visual Models From Natural Language Supervision" (Radford et al.,
/// arXiv:2103.00020, section 2.4), ViT-B/32: with OpenAI's approximate GELU, or the exact one LAION trained it with. Names
/// are open_clip's.
struct CLIPVisionTransformer: Headed {
  static let head = "visual.proj"

  /// Height and width of a patch.
  let patch: Int
  /// Channels of a token.
  let width: Int
  /// The number of blocks.
  let depth: Int
  /// The number of attention heads.
  let heads: Int
  /// Channels of the embedding images share with text.
  var outputs: Int?
  /// Whether the MLPs have CLIP's approximation of the GELU, `x · σ(1.702 x)`. No parameter tells.
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

  /// The whole tower; CLIP keeps it apart from the text tower under this name.
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

  /// Attention, then an MLP; each is normalised before and added to its input. open_clip's Identities `ls_1` and
  /// `ls_2` are what each adds.
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

  /// PyTorch's MultiheadAttention of every token to all tokens.
  struct SelfAttention: Block {
    let heads: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.inputProjection().attention(heads: heads).linear("out_proj", x.channels)
    }
  }

  /// Four times the channels and back.
  struct MLP: Block {
    let quickGELU: Bool

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let wide = try x.linear("c_fc", 4 * x.channels)
      return try (quickGELU ? wide.quickGELU("gelu") : wide.gelu("gelu")).linear("c_proj", x.channels)
    }
  }
}
