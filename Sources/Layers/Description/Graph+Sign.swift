extension Graph {
  /// Whether a named activation is at least 0 at every position of every image, whatever the weights: the result of a
  /// ReLU or a softmax, and of poolings, normalisations and sums of such results that keep the sign.
  ///
  /// False where that does not follow from the description, and where there is no activation of that name.
  public func isNonNegative(_ name: String) -> Bool { index(of: name).map(isNonNegative) ?? false }

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
