internal import CKernels
public import Tensor

/// A token added before the first token of a sequence.
package enum FirstToken: Layer, Hashable {
  /// A learned token, stored in the enclosing module under this name and in this shape.
  case parameter(String, shape: Shape)
  /// The mean of the sequence (CLIP's attention pooling).
  case mean

  package var kind: String { "first_token" }
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    guard case .parameter(let name, let shape) = self else { return [] }
    return [LayerParameter(.enclosing(name), shape: shape)]
  }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0].rank == 2 else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "it needs tokens × channels")
    }
    return [inputs[0][0] + 1, inputs[0][1]]
  }
  package func lower(_ parameters: [Tensor], into step: inout Step) {
    step.operation = PrependToken(token: parameters.first.map { .stored($0) })
  }
}

extension Value {
  /// Adds a learned token before the sequence: the enclosing module's `parameter`, stored in `shape`.
  public func prepending(token parameter: String, shape: Shape) throws(GraphError) -> Value {
    try applying(numbered: "first_token", FirstToken.parameter(parameter, shape: shape))
  }

  /// Adds the mean of the sequence before the sequence.
  public func prependingMean() throws(GraphError) -> Value {
    try applying(numbered: "first_token", FirstToken.mean)
  }
}

/// The operation of ``FirstToken``.
package struct PrependToken: Operation {
  /// The learned token, `nil` for the mean of the sequence.
  var token: Weight?

  package var kernelName: String { "first-token" }
  package var packedWeights: [AlignedBuffer] { token?.buffers ?? [] }
  package mutating func pack(at site: Site) { token?.pack() }

  package func run(_ call: Call) {
    let shape = call.inputShape()
    let first = call.output
    call.copy(
      positions: shape.positions, channels: shape.channels, from: call.input(), to: first.from(position: 1))
    guard let token else { return call.writeMean(to: first) }
    let vector = ck_input(data: token.pointer, position_stride: 0, image_stride: 0)
    call.copy(positions: 1, channels: shape.channels, from: vector, to: first)
  }
}
