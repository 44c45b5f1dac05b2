/// Layers worth recording together.
public struct LayerList: Sendable, Hashable {
  /// The name users choose it by: `relevant`.
  public let name: String
  /// Its layers and the reason for them, in words.
  public let summary: String
  /// Canonical names in the study's order of enumeration.
  public let layers: [String]

  /// Creates a list.
  package init(name: String, summary: String, layers: [String]) {
    (self.name, self.summary, self.layers) = (name, summary, layers)
  }
}
