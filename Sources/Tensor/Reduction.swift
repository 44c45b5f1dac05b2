/// The reduction of a layer's activation to the recorded values.
public enum Reduction: String, Sendable, CaseIterable {
  /// One number per unit: the mean over positions.
  case mean
  /// One number per unit: the maximum over positions.
  case max
  /// One number per unit: the first position (a ViT's class token).
  case token0
  /// The whole activation, in PyTorch's order: units × height × width, or tokens × units.
  case none

  /// Returns the shape of the recorded values for one image.
  public func shape(of activation: Shape) -> Shape {
    self == .none ? activation : [activation.channels]
  }
}
