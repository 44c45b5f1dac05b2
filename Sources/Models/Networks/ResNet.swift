import Layers

/// "Deep Residual Learning for Image Recognition" (He et al., arXiv:1512.03385, table 1), in torchvision's
/// version 1.5, which strides in the 3×3 convolution; wide variants after arXiv:1605.07146.
///
/// Names are torchvision's, with the study's hook point `shortcut` on each block's sum before its last ReLU.
struct ResNet: Headed {
  static let head = "fc"

  /// Blocks in each of the four stages.
  let depths: [Int]
  /// Channels of the 3×3 convolution in the first stage.
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

  /// 1×1, 3×3, 1×1 convolutions around a shortcut (figure 5, right).
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

  /// A 1×1 convolution that brings the shortcut to the block's shape.
  struct Projection: Block {
    let channels: Int
    let stride: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.conv2d("0", channels, kernel: 1, stride: stride).batchNorm("1")
    }
  }
}
