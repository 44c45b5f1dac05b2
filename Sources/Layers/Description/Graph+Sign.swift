extension Graph {
  /// Returns whether a named activation is at least 0 at every position of every image for any weights.
  ///
  /// This holds for the result of a ReLU or a softmax, and for poolings, normalisations and sums of such
  /// results that preserve the sign. The function returns false when the description does not prove it, and
  /// when no activation has that name.
  package func isNonNegative(_ name: String) -> Bool { index(of: name).map(isNonNegative) ?? false }

  private func isNonNegative(_ index: Int) -> Bool {
    let node = nodes[index]
    return switch node.layer {
    case let activation as Activation: activation == .relu
    case is Softmax: true
    case is MaxPool2d, is AveragePool2d, is GlobalAveragePool, is LocalResponseNorm, is Add, is Concatenate:
      node.inputs.allSatisfy(isNonNegative)
    default: false
    }
  }
}
