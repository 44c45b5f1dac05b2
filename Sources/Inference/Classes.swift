import Datasets
import Foundation
package import Models

/// The mapping from the outputs of a network to ImageNet classes.
package struct Classes: Sendable {
  /// The output index of each class, in PyTorch's order; empty for a network without a classifier.
  package let outputIndices: [Int]
  /// Whether the network ends in a softmax.
  package let isProbability: Bool

  package init(model: Model) {
    isProbability = if case .classes(_, areProbabilities: true) = model.output { true } else { false }
    outputIndices =
      model.hasClassifier ? (0..<ImageNet.names.count).map { model.outputIndex(ofClass: $0) } : []
  }

  /// Creates classes in PyTorch's order, for the scores of a separate classifier.
  package init(count: Int) {
    isProbability = false
    outputIndices = Array(0..<count)
  }

  /// Returns the score of every class, in PyTorch's order.
  package func scores(of output: some Collection<Float>) -> [Float] {
    let output = Array(output)
    return outputIndices.map { output[$0] }
  }

  /// Returns the indices of the `count` highest scores, best first. Of equal scores the lowest index is
  /// first; NaN is last.
  package static func top(_ count: Int, of scores: [Float]) -> [Int] {
    scores.indices.sorted { a, b in
      let (x, y) = (scores[a], scores[b])
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
      return x == y ? a < b : x > y
    }.prefix(count).map { $0 }
  }

  /// Returns the probability of each class.
  package func probabilities(of output: [Float]) -> [Double] {
    if isProbability { return output.map(Double.init) }
    let largest = Double(output.max() ?? 0)
    let exponentials = output.map { exp(Double($0) - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  /// Returns the classes with the highest scores.
  package func top(_ count: Int, of output: [Float]) -> [Prediction] {
    guard !outputIndices.isEmpty else { return [] }
    let probabilities = probabilities(of: output)
    return Self.top(count, of: scores(of: output)).map { index in
      Prediction(
        index: index, synset: index < ImageNet.synsets.count ? ImageNet.synsets[index] : "",
        label: index < ImageNet.names.count ? ImageNet.names[index] : "class \(index)",
        probability: probabilities[outputIndices[index]])
    }
  }
}

extension Model {
  /// Whether the outputs are scores of the ImageNet classes. An embedding contains no scores, and the meaning
  /// of the outputs of a different head is unknown.
  package var hasClassifier: Bool {
    if case .classes = output { head == .published } else { false }
  }

  /// Whether the outputs are an embedding.
  package var isEmbedding: Bool { output == .embedding }
}
