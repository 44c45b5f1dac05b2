import Tensor

extension CheckpointLayout {
  /// timm's names, or those of Google's AugReg checkpoints (`.npz` from JAX), whose kernels are input × output.
  static let visionTransformer = CheckpointLayout { source in
    let isJAX = source.names.contains { $0.hasSuffix("Transformer/encoder_norm/scale") }
    return isJAX ? AugReg(source).adapted() : plain.adapt(source)
  }
}

/// Reads an AugReg checkpoint (arXiv:2106.10270) as timm's `VisionTransformer` reads it.
private struct AugReg {
  private let source: any TensorSource
  private let prefix: String
  private var tensors: [AdaptedTensor] = []

  init(_ source: any TensorSource) {
    self.source = source
    // Checkpoints saved with their optimiser keep the parameters in `opt/target`.
    prefix = source.names.contains { $0.hasPrefix("opt/target/") } ? "opt/target/" : ""
  }

  /// Every parameter it knows, then the keys it does not.
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
    // Kernels are width × heads × size, biases heads × size.
    add("blocks.\(block).attn.qkv.weight", projections.map { "\($0)/kernel" }, [1, 2, 0], flattening: 2)
    add("blocks.\(block).attn.qkv.bias", projections.map { "\($0)/bias" }, flattening: 2)
    // The output's kernel is heads × size × width.
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

  /// Adds a parameter if its parts are there and have the axes the permutation wants; else binding reports it.
  ///
  /// - Parameters:
  ///   - name: The parameter.
  ///   - keys: The parts, stacked along the first axis.
  ///   - permutation: The order of each part's axes.
  ///   - flattening: How many leading axes become one.
  ///   - keepingFirst: Whether all axes but the first become one.
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
