internal import CKernels
package import Tensor

/// The mean of each window, without padding.
package struct AveragePool2d: Layer, Operation, Hashable {
  /// The sliding window.
  package let window: Window

  /// Creates the layer.
  ///
  /// - Precondition: The window has no padding and no ceil mode.
  package init(window: Window) {
    precondition(window.padding == 0 && !window.ceilMode, "average pooling is unpadded")
    self.window = window
  }

  package var kind: String { "average_pool" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let (height, width) = try window.outputExtents(of: inputs[0], layer: kind)
    return [inputs[0][0], height, width]
  }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "average-pool \(window.kernel)×\(window.kernel)/\(window.stride)" }
  package func family(at site: Site) -> String { "average-pool" }
  package func run(_ call: Call) { call.pool(call.kernels.pointee.average_pool, window) }
}

extension Value {
  /// Takes the mean of each window.
  public func averagePool(_ name: String = "avgpool", kernel: Int, stride: Int) throws(GraphError) -> Value {
    try applying(numbered: name, AveragePool2d(window: Window(kernel: kernel, stride: stride)))
  }
}
