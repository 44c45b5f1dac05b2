internal import CKernels
package import Tensor

/// `exp(x) / Σ exp(x)` over the channels of each position.
package struct Softmax: Layer, Operation, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "softmax" }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "softmax" }
  package func overwritable(by step: Step) -> [Int] { [step.inputs[0]] }
  package func run(_ call: Call) {
    let shape = call.inputShape()
    call.kernels.pointee.softmax(
      Int32(shape.positions), Int32(shape.channels), call.imageCount, call.input(), call.output)
  }
}

extension Value {
  /// Applies the softmax over the channels of each position.
  public func softmax(_ name: String = "softmax") throws(GraphError) -> Value {
    try applying(numbered: name, Softmax())
  }
}
