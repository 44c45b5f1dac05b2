import Layers
import Tensor

/// A convolution whose result is used twice, so that fusing its ReLU would lose a value.
struct Diamond: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    let y = try x.conv2d("conv", 6, kernel: 1, bias: true)
    return try y.relu() + y
  }
}

/// A residual block whose two branches both end in a convolution with BatchNorm.
struct TwoBranches: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    let y =
      try x
      .conv2d("conv1", 5, kernel: 1).batchNorm("bn1").relu()
      .conv2d("conv2", 19, kernel: 3, stride: 2, padding: 1).batchNorm("bn2")
    let shortcut = try x.conv2d("down", 19, kernel: 1, stride: 2).batchNorm("downbn")
    return try (y + shortcut).named("shortcut").relu()
  }
}

/// Consecutive identity residuals, each of which may overwrite the previous one.
struct Chain: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    var x = try x.conv2d("stem", 8, kernel: 3, padding: 1).batchNorm("stembn").relu()
    for index in 0..<3 {
      let y = try x.conv2d("conv\(index)", 8, kernel: 3, padding: 1).batchNorm("bn\(index)")
      x = try (y + x).named("sum\(index)").relu()
    }
    return x
  }
}

/// Parallel convolutions concatenated by channel, with a pooled branch.
struct Inception: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    try .concatenating(
      x.conv2d("a", 3, kernel: 1, bias: true).relu(),
      x.conv2d("b1", 4, kernel: 1, bias: true).relu().conv2d("b2", 7, kernel: 3, padding: 1, bias: true)
        .relu(),
      x.maxPool(kernel: 3, stride: 1, padding: 1).conv2d("c", 2, kernel: 1, bias: true).relu())
  }
}

/// A dense block, in which each layer reads the results of all previous ones, then a transition.
struct Dense: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    var features = [try x.conv2d("conv0", 6, kernel: 1)]
    for index in 0..<4 {
      let all = features.count == 1 ? features[0] : try Value.concatenating(features)
      let neck = try all.batchNorm("norm\(index)").relu().conv2d("neck\(index)", 8, kernel: 1)
      features.append(
        try neck.batchNorm("necknorm\(index)").relu().conv2d("conv\(index + 1)", 3, kernel: 3, padding: 1))
    }
    return try Value.concatenating(features).batchNorm("norm").relu()
      .conv2d("transition", 9, kernel: 1).averagePool(kernel: 2, stride: 2)
  }
}

/// A concatenation that contains one part twice, the input itself, and another concatenation.
struct AwkwardConcatenation: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    let y = try x.conv2d("y", 4, kernel: 1)
    let inner = try Value.concatenating(y, x)
    return try Value.concatenating(inner, y, y, x).relu()
  }
}

/// A pre-norm transformer block with a class token, as in ViT.
struct Transformer: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    var x = try x.conv2d("patch", 16, kernel: 4, stride: 4).tokens()
      .prepending(token: "class", shape: [16]).addingPositions("positions")
    x = try x.layerNorm("ln_pre", epsilon: 1e-5)
    x =
      try x
      + x.layerNorm("ln_1", epsilon: 1e-5).inputProjection().attention(heads: 4)
      .linear("attn.out_proj", 16).named("ls_1")
    x = try x + x.layerNorm("ln_2", epsilon: 1e-5).linear("c_fc", 64).gelu().linear("c_proj", 16)
    return try x.token(0).layerNorm("ln_post", epsilon: 1e-5).projected(by: "proj", 10)
  }
}

/// A ConvNeXt block and a downsampling layer.
struct ConvNeXtLike: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    let x = try x.conv2d("stem", 12, kernel: 2, stride: 2, bias: true).layerNorm("stemnorm", epsilon: 1e-6)
    let y = try x.depthwiseConv2d("conv_dw", kernel: 7, padding: 3, bias: true).layerNorm(
      "norm", epsilon: 1e-6
    )
    .linear("fc1", 48).gelu().linear("fc2", 12).layerScale("gamma")
    let z = try (y + x).named("block")
    return try z.globalAveragePool().linear("head", 5).softmax()
  }
}

/// CLIP's attention pooling: the mean token is the query for all tokens.
struct AttentionPool: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    let x = try x.conv2d("conv", 16, kernel: 1).relu().tokens().prependingMean().addingPositions("positions")
    let query = try x.token(0).linear("q_proj", 16)
    let pooled = try query.attention(keys: x.linear("k_proj", 16), values: x.linear("v_proj", 16), heads: 2)
    return try pooled.linear("c_proj", 7)
  }
}

/// A stem with local response normalisation, asymmetric padding and ceil mode.
struct Stem: Block {
  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    try x
      .conv2d(
        "conv", 11, kernel: 7, stride: 2, padding: Padding(top: 2, left: 2, bottom: 3, right: 3), bias: true
      )
      .relu().maxPool(kernel: 3, stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1))
      .localResponseNorm(size: 9, alpha: 1e-2, beta: 0.5, k: 1)
      .conv2d("conv2", 8, kernel: 3, padding: 1, bias: true).quickGELU()
      .maxPool("pool2", kernel: 3, stride: 2, ceilMode: true)
  }
}
