import Units

/// The layers that a study records, told by their names.
public struct RelevanceRule: Sendable {
  /// The name users choose the layers by.
  public let name: String
  /// The layers and the reason for them, in words.
  public let summary: String
  /// Takes the study's spelling without CLIP's `visual_` prefix.
  let includes: @Sendable (String) -> Bool

  /// Creates a rule.
  ///
  /// - Parameters:
  ///   - name: The name users choose the layers by. A network's first rule is called `relevant`.
  ///   - summary: The layers and the reason for them, in words.
  ///   - includes: Given a layer's name in the study's spelling (`layer1_0_conv1`), whether the layer belongs to them.
  public init(
    _ name: String = "relevant", _ summary: String, includes: @escaping @Sendable (String) -> Bool
  ) {
    (self.name, self.summary, self.includes) = (name, summary, includes)
  }

  /// The layers among names in PyTorch's order of registration.
  func list(from names: [String]) -> LayerList {
    let layers = names.filter { name in
      let study = LayerNames.studyName(of: name)
      return includes(study.hasPrefix("visual_") ? String(study.dropFirst("visual_".count)) : study)
    }
    return LayerList(name: name, summary: summary, layers: layers)
  }
}

extension String {
  /// Whether this ends in one of some suffixes.
  func ends(in suffixes: String...) -> Bool { suffixes.contains { hasSuffix($0) } }
}
