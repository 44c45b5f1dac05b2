/// The meaning of a network's outputs.
public enum ModelOutput: Sendable, Hashable {
  /// Orders in which outputs list the thousand classes of ImageNet.
  public enum ClassOrder: Sendable, Hashable {
    /// PyTorch's: WordNet identifiers ascending.
    case torch
    /// Lucid's: 1,008 outputs, of which 1 to 1000 score a class each.
    case lucid

    /// The number of outputs that have it.
    public var outputs: Int {
      switch self {
      case .torch: 1000
      case .lucid: 1008
      }
    }
  }

  /// The classes of ImageNet: scores, or what a softmax made of them.
  case classes(ClassOrder, areProbabilities: Bool = false)
  /// A place in a space of images, or of images and texts.
  case embedding
  /// Numbers of which no more is known.
  case numbers
}
