public import Images
public import Tensor

/// The input of a network.
public enum ModelInput: Sendable, Hashable {
  /// A colour image with its preprocessing.
  case image(Preprocessing)

  /// The shape of one input; for an image 3 × height × width.
  public var shape: Shape {
    switch self {
    case .image(let preprocessing): [3, preprocessing.crop, preprocessing.crop]
    }
  }
}
