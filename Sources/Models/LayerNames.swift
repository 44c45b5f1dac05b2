/// Orders and spells the names of a network's activations.
enum LayerNames {
  /// The order PyTorch's `named_modules()` gives them: parents before children, siblings as first executed.
  static func inRegistrationOrder(_ names: [String]) -> [String] {
    let root = Branch()
    for name in names {
      var branch = root
      for part in name.split(separator: ".") { branch = branch.child(String(part)) }
      branch.name = name
    }
    var ordered: [String] = []
    root.visit { ordered.append($0) }
    return ordered
  }

  /// The study's spelling: `layer1_0_conv1` for `layer1.0.conv1`.
  static func studyName(of layer: String) -> String {
    String(layer.map { $0 == "." ? "_" : $0 })
  }

  private final class Branch {
    var name: String?
    private var children: [Branch] = []
    private var positions: [String: Int] = [:]

    func child(_ part: String) -> Branch {
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
