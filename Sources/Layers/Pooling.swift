package import Tensor

/// The largest value in each window; padding counts as −∞.
package struct MaxPool2d: Layer, Hashable {
  /// The sliding window.
  package let window: Window

  /// Creates the layer.
  package init(window: Window) { self.window = window }

  package var kind: String { "max_pool" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let (height, width) = try window.outputExtents(of: inputs[0], layer: kind)
    return [inputs[0][0], height, width]
  }
}

/// The mean of each window, without padding.
package struct AveragePool2d: Layer, Hashable {
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
}

/// The mean over all positions: channels × height × width, or tokens × channels, to channels.
package struct GlobalAveragePool: Layer, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "global_average_pool" }
  package func outputShape(for inputs: [Shape]) -> Shape { [inputs[0].channels] }
}

extension Value {
  /// Takes the largest value in each window.
  public func maxPool(
    _ name: String = "maxpool", kernel: Int, stride: Int, padding: Padding = 0, ceilMode: Bool = false
  ) throws(GraphError) -> Value {
    let window = Window(kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode)
    return try applying(numbered: name, MaxPool2d(window: window))
  }

  /// Takes the mean of each window.
  public func averagePool(_ name: String = "avgpool", kernel: Int, stride: Int) throws(GraphError) -> Value {
    try applying(numbered: name, AveragePool2d(window: Window(kernel: kernel, stride: stride)))
  }

  /// Takes the mean over all positions.
  public func globalAveragePool(_ name: String = "avgpool") throws(GraphError) -> Value {
    try applying(numbered: name, GlobalAveragePool())
  }
}
