import Layers
import Tensor

/// "An Image is Worth 16x16 Words" (Dosovitskiy et al., arXiv:2010.11929, figure 1), ViT-B/32, as "How to train
/// your ViT?" (arXiv:2106.10270) trained it. Names are timm's.
struct VisionTransformer: Headed {
  static let head = "head"

  /// Height and width of a patch.
  let patch: Int
  /// Channels of a token.
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

  /// One token a patch.
  struct PatchEmbedding: Block {
    let patch: Int
    let width: Int

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      try image.conv2d("proj", width, kernel: patch, stride: patch, bias: true).tokens()
    }
  }

  /// Attention, then an MLP; each is normalised before and added to its input. timm's Identities `ls1` and `ls2`
  /// are what each adds.
  struct Encoder: Block {
    let heads: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let attended = try x.layerNorm("norm1", epsilon: epsilon)("attn", SelfAttention(heads: heads)).named(
        "ls1")
      let y = try x + attended
      return try y + y.layerNorm("norm2", epsilon: epsilon)("mlp", MLP()).named("ls2")
    }
  }

  /// Attention of every token to all tokens.
  struct SelfAttention: Block {
    let heads: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.linear("qkv", 3 * x.channels).attention(heads: heads).linear("proj", x.channels)
    }
  }

  /// Four times the channels and back.
  struct MLP: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.linear("fc1", 4 * x.channels).gelu().linear("fc2", x.channels)
    }
  }
}
