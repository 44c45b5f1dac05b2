internal import CKernels
package import Tensor

/// The largest value in each window. Padding counts as −∞.
package struct MaxPool2d: Layer, Operation, Hashable {
  /// The sliding window.
  package let window: Window

  /// Creates the layer.
  package init(window: Window) { self.window = window }

  package var kind: String { "max_pool" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let (height, width) = try window.outputExtents(of: inputs[0], layer: kind)
    return [inputs[0][0], height, width]
  }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "max-pool \(window.kernel)×\(window.kernel)/\(window.stride)" }
  package func family(at site: Site) -> String { "max-pool" }
  package func run(_ call: Call) { call.pool(call.kernels.pointee.max_pool, window) }
}

extension Value {
  /// Takes the largest value in each window.
  public func maxPool(
    _ name: String = "maxpool", kernel: Int, stride: Int, padding: Padding = 0, ceilMode: Bool = false
  ) throws(GraphError) -> Value {
    let window = Window(kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)
    return try applying(numbered: name, MaxPool2d(window: window))
  }
}
