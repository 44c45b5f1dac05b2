internal import CKernels
package import Tensor

/// The mean over all positions. Its shape is channels, for channels × height × width or tokens × channels.
package struct GlobalAveragePool: Layer, Operation, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "global_average_pool" }
  package func outputShape(for inputs: [Shape]) -> Shape { [inputs[0].channels] }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "global-average" }
  package func run(_ call: Call) { call.writeMean(to: call.output) }
}

extension Value {
  /// Takes the mean over all positions.
  public func globalAveragePool(_ name: String = "avgpool") throws(GraphError) -> Value {
    try applying(numbered: name, GlobalAveragePool())
  }
}
