import Layers

/// "Densely Connected Convolutional Networks" (Huang et al., arXiv:1608.06993, table 1), the bottleneck and
/// compressing variant. Names are torchvision's.
struct DenseNet: Headed {
  static let head = "classifier"

  /// Layers in each of the four dense blocks.
  let depths: [Int]
  /// Channels each layer adds (the paper's k).
  let growth: Int
  var outputs: Int? = 1000

  static let denseNet201 = DenseNet(depths: [6, 12, 48, 32], growth: 32)

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let features = try image("features", Features(depths: depths, growth: growth)).relu().globalAveragePool()
    guard let outputs else { return features }
    return try features.linear(Self.head, outputs)
  }

  /// The stem, then dense blocks with transitions between them.
  struct Features: Block {
    let depths: [Int]
    let growth: Int

    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      var x =
        try image
        .conv2d("conv0", 2 * growth, kernel: 7, stride: 2, padding: 3).batchNorm("norm0").relu("relu0")
        .maxPool("pool0", kernel: 3, stride: 2, padding: 1)
      for (position, depth) in depths.enumerated() {
        x = try x("denseblock\(position + 1)", DenseBlock(depth: depth, growth: growth))
        guard position < depths.count - 1 else { break }
        x = try x("transition\(position + 1)", Transition())
      }
      return try x.batchNorm("norm5")
    }
  }

  /// Layers that each see the input and what all before them added.
  struct DenseBlock: Block {
    let depth: Int
    let growth: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      var features = x
      for position in 1...depth {
        let added = try features("denselayer\(position)", DenseLayer(growth: growth))
        features = try .concatenating(features, added)
      }
      return features
    }
  }

  /// Normalised and rectified before each convolution: 1×1 to four times the growth, 3×3 to the growth.
  struct DenseLayer: Block {
    let growth: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.batchNorm("norm1").relu("relu1").conv2d("conv1", 4 * growth, kernel: 1)
        .batchNorm("norm2").relu("relu2").conv2d("conv2", growth, kernel: 3, padding: 1)
    }
  }

  /// Half the channels, half the height and width.
  struct Transition: Block {
    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.batchNorm("norm").relu("relu").conv2d("conv", x.channels / 2, kernel: 1)
        .averagePool("pool", kernel: 2, stride: 2)
    }
  }
}
