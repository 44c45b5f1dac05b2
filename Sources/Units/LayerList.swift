/// Layers worth recording together.
package struct LayerList: Sendable, Hashable {
  /// The name users choose it by: `relevant`.
  package let name: String
  /// Its layers and the reason for them, in words.
  package let summary: String
  /// Canonical names in the study's order of enumeration.
  package let layers: [String]

  /// Creates a list.
  package init(name: String, summary: String, layers: [String]) {
    (self.name, self.summary, self.layers) = (name, summary, layers)
  }
}
