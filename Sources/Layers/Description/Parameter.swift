public import Tensor

/// A tensor a model reads from a checkpoint.
public struct Parameter: Hashable, Sendable {
  /// The full name, as in a state dictionary: `layer1.0.conv1.weight`.
  public let name: String
  /// The shape as the checkpoint stores it.
  public let shape: Shape
  /// Whether training learns it by gradients; BatchNorm's statistics are measured instead.
  public let isLearned: Bool

  /// Creates a parameter.
  public init(name: String, shape: Shape, isLearned: Bool = true) {
    (self.name, self.shape, self.isLearned) = (name, shape, isLearned)
  }
}

/// A tensor a layer reads, before a graph gives it its full name.
package struct LayerParameter: Hashable, Sendable {
  package let name: ParameterName
  /// The shape as the checkpoint stores it.
  package let shape: Shape
  /// Whether training learns it by gradients.
  package let isLearned: Bool

  package init(_ name: ParameterName, shape: Shape, isLearned: Bool = true) {
    (self.name, self.shape, self.isLearned) = (name, shape, isLearned)
  }
}

/// Which module keeps a parameter that a layer reads.
package enum ParameterName: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The layer itself: `weight` of `fc` is `fc.weight`.
  case own(String)
  /// The module around the layer: `gamma` for `stages.0.blocks.0.gamma_scaled` is `stages.0.blocks.0.gamma`.
  case enclosing(String)
  /// No module: the name is complete, as in an exported graph.
  case absolute(String)

  /// A parameter of the layer itself.
  package init(stringLiteral value: String) { self = .own(value) }

  /// The name in a state dictionary, when the layer's full name is `layer`.
  package func qualified(by layer: String) -> String {
    switch self {
    case .own(let name): "\(layer).\(name)"
    case .enclosing(let name): (layer.split(separator: ".").dropLast() + [name[...]]).joined(separator: ".")
    case .absolute(let name): name
    }
  }
}
