public import Tensor

/// The memory one run of a plan uses. Not shared: one per thread.
public final class Workspace {
  /// The plan it runs.
  public let plan: Plan
  /// The most images one run can take.
  public let batchSize: Int

  /// Allocates the memory for runs of up to `batchSize` images.
  public init(for plan: Plan, batchSize: Int) {
    (self.plan, self.batchSize) = (plan, batchSize)
  }

  /// Lends the input of one image for writing, channels-last: height × width × channels.
  public func withInput<R, E: Error>(
    of image: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    preconditionFailure("not built yet")
  }

  /// Copies the input of one image from a tensor, channels × height × width.
  public func setInput(of image: Int, _ tensor: Tensor) { preconditionFailure("not built yet") }

  /// Runs the plan on the first `images` inputs.
  public func run(images: Int) { preconditionFailure("not built yet") }

  /// Lends what the last run recorded of one tap for one image: `plan.taps[tap].shape.count` elements.
  public func withTap<R, E: Error>(
    _ tap: Int, of image: Int, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    preconditionFailure("not built yet")
  }

  /// Lends what the model returned for one image: `plan.output.shape.count` elements.
  public func withOutput<R, E: Error>(
    of image: Int, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    preconditionFailure("not built yet")
  }
}
