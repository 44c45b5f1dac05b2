package import Tensor

/// A tensor that a model reads from a checkpoint.
package struct Parameter: Hashable, Sendable {
  /// The full name, as in a state dict: `layer1.0.conv1.weight`.
  package let name: String
  /// The shape as the checkpoint stores it.
  package let shape: Shape
  /// Whether training learns the parameter by gradient descent. BatchNorm's running statistics are not
  /// learned.
  package let isLearned: Bool

  /// Creates a parameter.
  package init(name: String, shape: Shape, isLearned: Bool = true) {
    (self.name, self.shape, self.isLearned) = (name, shape, isLearned)
  }
}

/// A tensor that a layer reads, before the graph adds the layer's full name.
package struct LayerParameter: Hashable, Sendable {
  package let name: ParameterName
  /// The shape as the checkpoint stores it.
  package let shape: Shape
  /// Whether training learns the parameter by gradient descent.
  package let isLearned: Bool

  package init(_ name: ParameterName, shape: Shape, isLearned: Bool = true) {
    (self.name, self.shape, self.isLearned) = (name, shape, isLearned)
  }
}

/// The name of a layer's parameter, and the module that owns the parameter.
package enum ParameterName: Hashable, Sendable, ExpressibleByStringLiteral {
  /// A parameter of the layer itself: `weight` of `fc` is `fc.weight`.
  case own(String)
  /// A parameter of the enclosing module: `gamma` for `stages.0.blocks.0.gamma_scaled` is
  /// `stages.0.blocks.0.gamma`.
  case enclosing(String)
  /// A complete name without a module, as in an exported graph.
  case absolute(String)

  /// Creates the name of a parameter of the layer itself.
  package init(stringLiteral value: String) { self = .own(value) }

  /// Returns the name in a state dict of a layer whose full name is `layer`.
  package func qualified(by layer: String) -> String {
    switch self {
    case .own(let name): "\(layer).\(name)"
    case .enclosing(let name): (layer.split(separator: ".").dropLast() + [name[...]]).joined(separator: ".")
    case .absolute(let name): name
    }
  }
}
