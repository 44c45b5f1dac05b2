/// The classes of ImageNet's 2012 challenge in PyTorch's order: WordNet identifiers ascending.
public enum ImageNet {
  /// The WordNet identifiers, `n01440764` first.
  public static let synsets: [String] = []
  /// A short English name of each class.
  public static let names: [String] = []
  /// The output of Lucid's InceptionV1 that scores each class; output 0 and those after 1000 score none.
  static let lucidIndices: [Int] = []
}
