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

  /// The shape of what is kept of an activation of one image.
  public func shape(of activation: Shape) -> Shape {
    self == .none ? activation : [activation.channels]
  }
}
