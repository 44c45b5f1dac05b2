import Units

/// A rule that selects the layers of a study by their names.
public struct RelevanceRule: Sendable {
  /// The name by which users choose the layers.
  public let name: String
  /// The layers and the reason for their choice, in words.
  public let summary: String
  /// Whether a layer is selected, given its name in the study's spelling without CLIP's `visual_` prefix.
  let includes: @Sendable (String) -> Bool

  /// Creates a rule.
  ///
  /// - Parameters:
  ///   - name: The name by which users choose the layers. The first rule of a network is named `relevant`.
  ///   - summary: The layers and the reason for their choice, in words.
  ///   - includes: Returns whether a layer is selected, given its name in the study's spelling
  ///     (`layer1_0_conv1`).
  public init(
    _ name: String = "relevant", _ summary: String, includes: @escaping @Sendable (String) -> Bool
  ) {
    (self.name, self.summary, self.includes) = (name, summary, includes)
  }

  /// Returns the selected layers, given all names in PyTorch's order of registration.
  func list(from names: [String]) -> LayerList {
    let layers = names.filter { name in
      let study = LayerNames.studyName(of: name)
      return includes(study.hasPrefix("visual_") ? String(study.dropFirst("visual_".count)) : study)
    }
    return LayerList(name: name, summary: summary, layers: layers)
  }
}

extension String {
  /// Whether the string ends in one of the suffixes.
  func ends(in suffixes: String...) -> Bool { suffixes.contains { hasSuffix($0) } }
}
