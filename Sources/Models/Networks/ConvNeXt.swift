import Layers

/// "A ConvNet for the 2020s" (Liu et al., arXiv:2201.03545, figure 4 and table 9). Names are timm's.
struct ConvNeXt: Headed {
  static let head = "head.fc"

  /// Blocks in each of the four stages.
  let depths: [Int]
  /// Channels of each stage.
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

  /// Patches of 4×4 pixels.
  struct Stem: Block {
    let width: Int

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      try image.conv2d("0", width, kernel: 4, stride: 4, bias: true).layerNorm("1", epsilon: epsilon)
    }
  }

  /// Blocks of one width and resolution.
  struct Stage: Block {
    let depth: Int
    let width: Int
    let downsamples: Bool

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let input = downsamples ? try x("downsample", Downsample(width: width)) : x
      return try input("blocks", Sequential(Array(repeating: Bottleneck(), count: depth)))
    }
  }

  /// Half the height and width.
  struct Downsample: Block {
    let width: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.layerNorm("0", epsilon: epsilon).conv2d("1", width, kernel: 2, stride: 2, bias: true)
    }
  }

  /// A 7×7 depthwise convolution and an inverted bottleneck, scaled per channel and added to the input.
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

  /// Four times the channels and back. timm has an Identity called `norm` behind the activation.
  struct MLP: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.linear("fc1", 4 * x.channels).gelu().named("norm").linear("fc2", x.channels)
    }
  }

  /// The mean over the map, normalised, to the classes.
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
