import Layers

/// Blocks applied one after the other and named by their position, as PyTorch's Sequential.
struct Sequential: Block {
  /// The blocks in order; the first is `0`.
  let blocks: [any Block]

  /// Creates the sequence.
  init(_ blocks: [any Block]) { self.blocks = blocks }

  func callAsFunction(_ x: Value) throws(GraphError) -> Value {
    var y = x
    for (position, block) in blocks.enumerated() { y = try y("\(position)", block) }
    return y
  }
}
