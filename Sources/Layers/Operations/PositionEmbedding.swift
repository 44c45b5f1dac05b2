internal import CKernels
package import Tensor

/// A learned vector added to each token: the enclosing module's parameter `parameter`.
package struct PositionEmbedding: Layer, Hashable {
  /// The name of the parameter in the enclosing module.
  package let parameter: String
  /// Whether the checkpoint stores the parameter as 1 × tokens × channels (timm) rather than tokens ×
  /// channels (CLIP).
  package let hasBatchAxis: Bool

  /// Creates the layer.
  package init(parameter: String, hasBatchAxis: Bool) {
    (self.parameter, self.hasBatchAxis) = (parameter, hasBatchAxis)
  }

  package var kind: String { "position_embedding" }
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    let extents = inputs[0].extents
    return [LayerParameter(.enclosing(parameter), shape: Shape(hasBatchAxis ? [1] + extents : extents))]
  }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
  package func lower(_ parameters: [Tensor], into step: inout Step) {
    step.operation = AddMatrix(matrix: .stored(parameters[0]))
  }
}

extension Value {
  /// Adds the enclosing module's `parameter` to the tokens.
  public func addingPositions(_ parameter: String, hasBatchAxis: Bool = false) throws(GraphError) -> Value {
    try applying(
      numbered: "positions_added", PositionEmbedding(parameter: parameter, hasBatchAxis: hasBatchAxis))
  }
}

/// Adds a tokens × channels matrix to each image's sequence: the operation of ``PositionEmbedding``.
package struct AddMatrix: Operation {
  var matrix: Weight

  package var kernelName: String { "add-matrix" }
  package var packedWeights: [AlignedBuffer] { matrix.buffers }
  package func overwritable(by step: Step) -> [Int] { [step.inputs[0]] }
  package mutating func pack(at site: Site) { matrix.pack() }

  package func run(_ call: Call) {
    let shape = call.inputShape()
    var epilogue = ck_epilogue()
    epilogue.residual = ck_input(
      data: matrix.pointer, position_stride: shape.channels, image_stride: 0)
    call.kernels.pointee.map(
      Int32(shape.positions), Int32(shape.channels), call.imageCount, call.input(), &epilogue, call.output)
  }
}
