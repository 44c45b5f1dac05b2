package import Tensor

/// The number of rows and columns added at each side of a map.
public struct Padding: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// Rows above.
  public let top: Int
  /// Columns on the left.
  public let left: Int
  /// Rows below.
  public let bottom: Int
  /// Columns on the right.
  public let right: Int

  /// Creates padding that may differ on each side.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// Creates the same padding on all four sides.
  public init(integerLiteral value: Int) { self.init(value) }

  /// Creates the same padding on all four sides.
  public init(_ value: Int) { self.init(top: value, left: value, bottom: value, right: value) }
}

/// A window that slides over the rows and columns of a map: the geometry of convolution and pooling.
package struct Window: Hashable, Sendable {
  /// The height and width of the window.
  package let kernel: Int
  /// The number of rows or columns from one window to the next.
  package let stride: Int
  /// The padding around the map.
  package let padding: Padding
  /// Whether a last, partial window counts (PyTorch's `ceil_mode`). The window must start inside the map or
  /// its leading padding.
  package let ceilMode: Bool

  /// Creates a square window.
  package init(kernel: Int, stride: Int = 1, padding: Padding = 0, ceilMode: Bool = false) {
    (self.kernel, self.stride, self.padding, self.ceilMode) = (kernel, stride, padding, ceilMode)
  }

  /// Returns the height and width of the result: `(extent + padding - kernel) / stride + 1`, rounded down, or
  /// up with ``ceilMode``.
  package func outputExtents(
    of shape: Shape, layer: String
  ) throws(GraphError) -> (height: Int, width: Int) {
    guard shape.rank == 3 else {
      throw .incompatible(layer: layer, shapes: [shape], reason: "it needs channels × height × width")
    }
    let height = extent(shape[1], padding.top, padding.bottom)
    let width = extent(shape[2], padding.left, padding.right)
    guard let height, let width else {
      throw .incompatible(
        layer: layer, shapes: [shape], reason: "smaller than the \(kernel)×\(kernel) window")
    }
    return (height, width)
  }

  private func extent(_ size: Int, _ before: Int, _ after: Int) -> Int? {
    let span = size + before + after - kernel
    guard span >= 0 else { return nil }
    guard ceilMode else { return span / stride + 1 }
    let count = (span + stride - 1) / stride + 1
    return (count - 1) * stride >= size + before ? count - 1 : count
  }

  /// The number of positions in a window.
  package var area: Int { kernel * kernel }

  /// Returns the number of elements of `input` that no window reads. Positions are skipped when the stride is
  /// larger than the kernel.
  package func unseen(of input: Shape, by output: Shape) -> Int {
    max(0, input.count - output.positions * area * input.channels)
  }
}
