import Layers

/// "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters" (Iandola et al., arXiv:1602.07360), in the
/// authors' later version 1.1: a smaller stem, pooling earlier. Names are torchvision's.
struct SqueezeNet: Headed {
  static let head = "classifier"
  var outputs: Int? = 1000

  func callAsFunction(_ image: Value) throws(GraphError) -> Value {
    let features = try image("features", Features())
    guard let outputs else { return features }
    return try features(Self.head, Classifier(outputs: outputs))
  }

  /// The stem and eight fire modules.
  struct Features: Block {
    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      let early =
        try image
        .conv2d("0", 64, kernel: 3, stride: 2, bias: true).relu("1")
        .maxPool("2", kernel: 3, stride: 2, ceilMode: true)("3", Fire(16, 64))("4", Fire(16, 64))
        .maxPool("5", kernel: 3, stride: 2, ceilMode: true)("6", Fire(32, 128))("7", Fire(32, 128))
      return
        try early
        .maxPool("8", kernel: 3, stride: 2, ceilMode: true)("9", Fire(48, 192))("10", Fire(48, 192))(
          "11", Fire(64, 256))("12", Fire(64, 256))
    }
  }

  /// A fire module (figure 1): a 1×1 squeeze, then 1×1 and 3×3 expansions side by side.
  struct Fire: Block {
    let squeeze: Int
    let expand: Int

    init(_ squeeze: Int, _ expand: Int) { (self.squeeze, self.expand) = (squeeze, expand) }

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      let squeezed = try x.conv2d("squeeze", squeeze, kernel: 1, bias: true).relu("squeeze_activation")
      return try .concatenating(
        squeezed.conv2d("expand1x1", expand, kernel: 1, bias: true).relu("expand1x1_activation"),
        squeezed.conv2d("expand3x3", expand, kernel: 3, padding: 1, bias: true).relu("expand3x3_activation"))
    }
  }

  /// A 1×1 convolution to the classes, rectified, and its mean over the map.
  struct Classifier: Block {
    let outputs: Int

    func callAsFunction(_ x: Value) throws(GraphError) -> Value {
      try x.conv2d("1", outputs, kernel: 1, bias: true).relu("2").globalAveragePool("3")
    }
  }
}
