/// The classes of the 2012 ImageNet challenge in PyTorch's order: ascending WordNet identifiers.
package enum ImageNet {
  /// The WordNet identifiers, `n01440764` first.
  package static let synsets: [String] = synsetTable.split(whereSeparator: \.isWhitespace).map { "n\($0)" }

  /// A short English name of each class.
  package static let names: [String] = nameTable.split { $0 == ";" || $0.isNewline }.map(String.init)
}
