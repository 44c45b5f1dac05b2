internal import CKernels
package import Tensor

/// Scaled dot-product attention, `softmax(q kᵀ / √size) v` in each head.
///
/// The input is either one sequence whose channels are queries, keys and values side by side, or three
/// sequences.
package struct Attention: Layer, Operation, Hashable {
  /// The number of heads into which the channels are divided.
  package let heads: Int

  /// Creates the layer.
  package init(heads: Int) { self.heads = heads }

  package var kind: String { "attention" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let width = inputs.count == 1 ? inputs[0].channels / 3 : inputs[0].channels
    guard inputs.count == 1 ? inputs[0].channels == 3 * width : inputs.count == 3, width % heads == 0 else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "they do not divide into \(heads) heads")
    }
    return inputs[0].rank == 1 ? [width] : [inputs[0].positions, width]
  }

  /// Returns the multiply-adds of every query with every key, and of every weight with every value.
  package func multiplyAdds(for inputs: [Shape], output: Shape) -> Int {
    2 * output.count * (inputs.count == 1 ? inputs[0] : inputs[1]).positions
  }

  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "attention \(heads) heads" }
  package func family(at site: Site) -> String { "attention" }
  package func work(at site: Site) -> Work {
    let products = multiplyAdds(for: site.step.inputs.map { site.shapes[$0] }, output: site.output)
    return Work(multiplyAdds: products, elements: site.elements)
  }

  package func scratchCount(at site: Site, members: Int) -> Int {
    site.kernels.pointee.attention_scratch(
      Int32(site.input.positions), Int32(site.shapes[site.step.inputs.last ?? 0].positions), Int32(heads),
      Int32(site.output.channels / heads))
  }

  /// Computes the heads, divided among the members of a team.
  package func run(_ call: Call) {
    let width = call.outputShape.channels
    let isPacked = call.step.inputs.count == 1
    let (query, output) = (call.input(), call.output)
    let (key, value) = isPacked ? (query.from(width), query.from(2 * width)) : (call.input(1), call.input(2))
    let queries = Int32(call.inputShape().positions)
    let keys = Int32(call.inputShape(isPacked ? 0 : 2).positions)
    let headSize = width / heads
    call.divide(heads, by: 1) { heads, member in
      let channel = heads.lowerBound * headSize
      call.kernels.pointee.attention(
        queries, keys, Int32(heads.count), Int32(headSize), call.imageCount, query.from(channel),
        key.from(channel), value.from(channel), output.from(channel), call.scratch(member))
    }
  }
}

extension Value {
  /// Applies attention to a sequence whose channels are queries, keys and values side by side.
  public func attention(heads: Int) throws(GraphError) -> Value {
    try applying(numbered: "attention", Attention(heads: heads))
  }

  /// Applies attention of these queries to `keys` and `values`.
  public func attention(keys: Value, values: Value, heads: Int) throws(GraphError) -> Value {
    try applying(numbered: "attention", Attention(heads: heads), with: keys, values)
  }
}
