/// The meaning of a network's outputs.
public enum ModelOutput: Sendable, Hashable {
  /// The orders of the thousand ImageNet classes in the outputs.
  public enum ClassOrder: Sendable, Hashable {
    /// PyTorch's order: ascending WordNet identifiers.
    case torch
    /// Lucid's order: 1,008 outputs, of which 1 to 1000 are class scores.
    case lucid

    /// The number of outputs in this order.
    public var outputs: Int {
      switch self {
      case .torch: 1000
      case .lucid: 1008
      }
    }
  }

  /// Scores of the ImageNet classes, or their probabilities after a softmax.
  case classes(ClassOrder, areProbabilities: Bool = false)
  /// An embedding of images, or of images and texts.
  case embedding
  /// Numbers of unknown meaning.
  case numbers
}
