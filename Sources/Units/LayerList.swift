/// A named list of layers to record together.
public struct LayerList: Sendable, Hashable {
  /// The name by which users choose the list: `relevant`.
  public let name: String
  /// The layers and the reason for their choice, in words.
  public let summary: String
  /// The canonical names, in the study's order of enumeration.
  public let layers: [String]

  /// Creates a list.
  package init(name: String, summary: String, layers: [String]) {
    (self.name, self.summary, self.layers) = (name, summary, layers)
  }
}
