/// A named list of layers to record together.
package struct LayerList: Sendable, Hashable {
  /// The name by which users choose the list: `relevant`.
  package let name: String
  /// The layers and the reason for their choice, in words.
  package let summary: String
  /// The canonical names, in the study's order of enumeration.
  package let layers: [String]

  /// Creates a list.
  package init(name: String, summary: String, layers: [String]) {
    (self.name, self.summary, self.layers) = (name, summary, layers)
  }
}
