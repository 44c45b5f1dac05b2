package import Machine

/// The order and spelling of the names of a network's activations.
package enum LayerNames {
  /// Returns names in the order of PyTorch's `named_modules()`: parents before children, siblings in order of
  /// first execution.
  package static func inRegistrationOrder(_ names: [String]) -> [String] {
    let root = Branch()
    for name in names {
      var branch = root
      for part in name.utf8.split(separator: UInt8(ascii: ".")) { branch = branch.child(Substring(part)) }
      branch.name = name
    }
    var ordered: [String] = []
    root.visit { ordered.append($0) }
    return ordered
  }

  /// Returns the study's spelling: `layer1_0_conv1` for `layer1.0.conv1`.
  package static func studyName(of layer: String) -> String {
    String(decoding: layer.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
  }

  private final class Branch {
    var name: String?
    private var children: [Branch] = []
    private var positions: [Substring: Int] = [:]

    func child(_ part: Substring) -> Branch {
      if let position = positions[part] { return children[position] }
      positions[part] = children.count
      children.append(Branch())
      return children[children.count - 1]
    }

    func visit(_ body: (String) -> Void) {
      if let name { body(name) }
      for child in children { child.visit(body) }
    }
  }
}

/// A table that finds layers by name, in either spelling.
package struct LayerLookup: Sendable {
  private let names: [String]
  private let byStudyName: [String: String]

  /// Creates a table from canonical names.
  package init(_ names: [String]) {
    self.names = names
    byStudyName = Dictionary(names.map { (LayerNames.studyName(of: $0), $0) }) { first, _ in first }
  }

  /// The canonical name of a layer. The `visual` prefix of CLIP is optional.
  package subscript(name: String) -> String? {
    let study = LayerNames.studyName(of: name)
    return byStudyName[study] ?? byStudyName["visual_\(study)"]
  }

  /// Returns the error for an unknown name, with the nearest known names in the same spelling.
  package func unknown(_ name: String, _ subject: UnknownName.Subject) -> UnknownName {
    let known = name.contains(".") ? names : names.map(LayerNames.studyName)
    return UnknownName(subject, name: name, known: known)
  }
}
