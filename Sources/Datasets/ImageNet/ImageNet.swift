/// The classes of the 2012 ImageNet challenge in PyTorch's order: ascending WordNet identifiers.
public enum ImageNet {
  /// The WordNet identifiers, `n01440764` first.
  public static let synsets: [String] = synsetTable.split(whereSeparator: \.isWhitespace).map { "n\($0)" }

  /// A short English name of each class.
  public static let names: [String] = nameTable.split { $0 == ";" || $0.isNewline }.map(String.init)
}
