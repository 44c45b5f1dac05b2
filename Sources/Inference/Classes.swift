import Datasets
import Foundation
package import Models

/// Turns the outputs of a network into classes of ImageNet.
package struct Classes: Sendable {
  /// The position in the output of every class, in PyTorch's order; empty for a network without a classifier.
  package let outputIndices: [Int]
  /// Whether the network itself ends in a softmax.
  package let isProbability: Bool

  package init(model: Model) {
    isProbability = if case .classes(_, areProbabilities: true) = model.output { true } else { false }
    outputIndices =
      model.hasClassifier ? (0..<ImageNet.names.count).map { model.outputIndex(ofClass: $0) } : []
  }

  /// Classes in the plain order: for scores computed by a classifier of their own.
  package init(count: Int) {
    isProbability = false
    outputIndices = Array(0..<count)
  }

  /// The score of every class, in PyTorch's order.
  package func scores(of output: some Collection<Float>) -> [Float] {
    let output = Array(output)
    return outputIndices.map { output[$0] }
  }

  /// The indices of the `count` highest scores, best first; among equal ones the lowest index first, NaN last.
  package static func top(_ count: Int, of scores: [Float]) -> [Int] {
    scores.indices.sorted { a, b in
      let (x, y) = (scores[a], scores[b])
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
      return x == y ? a < b : x > y
    }.prefix(count).map { $0 }
  }

  /// The probability of each output.
  package func probabilities(of output: [Float]) -> [Double] {
    if isProbability { return output.map(Double.init) }
    let largest = Double(output.max() ?? 0)
    let exponentials = output.map { exp(Double($0) - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  /// The classes of highest score.
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
  /// Whether the outputs are scores of ImageNet's classes: an embedding is none, and the meaning of another head's
  /// outputs is not known.
  package var hasClassifier: Bool {
    if case .classes = output { head == .published } else { false }
  }

  /// Whether the outputs are an embedding.
  package var isEmbedding: Bool { output == .embedding }
}
