public import Images
public import Tensor

/// The input of a network.
public enum ModelInput: Sendable, Hashable {
  /// A colour image, prepared so.
  case image(Preprocessing)

  /// Its shape for one input; of an image 3 × height × width.
  public var shape: Shape {
    switch self {
    case .image(let preprocessing): [3, preprocessing.crop, preprocessing.crop]
    }
  }
}
