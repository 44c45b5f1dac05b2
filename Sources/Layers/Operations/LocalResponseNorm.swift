internal import CKernels
package import Tensor

/// Local response normalisation, `x / (k + alpha * m)^beta`, where `m` is the mean of x² over `size` channels
/// around the channel. Channels beyond the ends count as zero. This is PyTorch's definition, which divides
/// alpha by the size.
package struct LocalResponseNorm: Layer, Operation, Hashable {
  /// The number of channels over which the mean is taken.
  package let size: Int
  /// The factor of the mean.
  package let alpha: Double
  /// The exponent.
  package let beta: Double
  /// The constant added to the weighted mean.
  package let k: Double

  /// Creates the layer.
  package init(size: Int, alpha: Double, beta: Double, k: Double) {
    (self.size, self.alpha, self.beta, self.k) = (size, alpha, beta, k)
  }

  package var kind: String { "local_response_norm" }
  package func outputShape(for inputs: [Shape]) -> Shape { inputs[0] }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "local-response-norm" }
  package func run(_ call: Call) {
    let shape = call.inputShape()
    call.kernels.pointee.local_response_norm(
      Int32(shape.positions), Int32(shape.channels), call.imageCount, call.input(), Int32(size), Float(alpha),
      Float(beta), Float(k), call.output)
  }
}

extension Value {
  /// Normalises each channel by the activity of the channels around it.
  public func localResponseNorm(
    _ name: String = "lrn", size: Int, alpha: Double, beta: Double, k: Double
  ) throws(GraphError) -> Value {
    try applying(numbered: name, LocalResponseNorm(size: size, alpha: alpha, beta: beta, k: k))
  }
}
