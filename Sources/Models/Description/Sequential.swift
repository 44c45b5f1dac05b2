import Layers

/// A sequence of blocks, named by their positions, as in PyTorch's Sequential.
struct Sequential: Block {
  /// The blocks in order. The first is named `0`.
  let blocks: [any Block]

  /// Creates the sequence.
  init(_ blocks: [any Block]) { self.blocks = blocks }

  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    var y = x
    for (position, block) in blocks.enumerated() { y = try y("\(position)", block) }
    return y
  }
}
