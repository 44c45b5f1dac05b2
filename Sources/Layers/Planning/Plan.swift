public import Tensor

/// How a recorded layer's activation becomes the numbers that are kept.
public enum Reduction: String, Sendable, CaseIterable {
  /// One number per unit: the mean over positions.
  case mean
  /// One number per unit: the largest over positions.
  case max
  /// One number per unit: the first position (a ViT's class token).
  case token0
  /// Everything, in PyTorch's order: units × height × width, or tokens × units.
  case none
}

/// The arithmetic a plan runs in.
public enum Precision: String, Sendable, CaseIterable {
  /// Results of fp32 quality.
  case fp32
}

/// A flavour of the kernels: `scalar`, `blas`, `avx2`, `avx512`.
public struct Tier: Hashable, Sendable, CustomStringConvertible {
  /// The name users choose it by.
  public let name: String

  /// Every tier this processor can run, slowest first.
  public static var available: [Tier] { [] }
  /// The fastest tier this processor can run.
  public static var best: Tier { Tier(name: "scalar") }

  /// The name.
  public var description: String { name }
}

/// A graph made runnable: parameters bound, operations fused, weights packed, memory laid out.
///
/// A plan never changes after it is made; share it across threads and give each thread its own ``Workspace``.
public struct Plan: Sendable, CustomStringConvertible {
  /// What a plan is made for, beyond its graph.
  public struct Options: Sendable {
    /// The kernels to run on.
    public var tier: Tier = .best
    /// The arithmetic.
    public var precision: Precision = .fp32

    /// Creates the defaults: the fastest tier, fp32.
    public init() {}
  }

  /// One result of a run, per image.
  public struct Output: Sendable, Hashable {
    /// The name it was asked for by.
    public let name: String
    /// Its shape for one image, after reduction.
    public let shape: Shape
  }

  /// The input for one image, channels × height × width.
  public let inputShape: Shape
  /// What a run records, in the order asked for.
  public let taps: [Output]
  /// What the model returns: logits, or the embedding.
  public let output: Output

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - graph: The model.
  ///   - parameters: Where its parameters are; names are the graph's.
  ///   - taps: Names from ``Graph/names`` that each run records.
  ///   - reduction: What is kept of them.
  ///   - options: Tier and precision.
  /// - Throws: ``PlanError`` for an unknown name or parameters that do not fit, all of them at once; the
  ///   source's own error when a tensor cannot be read.
  public init(
    _ graph: Graph, parameters: some TensorSource, taps: [String] = [], reduction: Reduction = .mean,
    options: Options = Options()
  ) throws {
    preconditionFailure("not built yet")
  }

  /// The steps with their kernels, shapes and bytes, one a line.
  public var description: String { "" }
}
