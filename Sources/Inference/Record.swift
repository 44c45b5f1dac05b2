import Foundation
import Models
public import Tensor

/// The results of a network for one image.
public struct Record: Sendable {
  /// The recorded layers, by canonical name.
  public let layers: [String: Tensor]
  /// The outputs of the network: class scores, or an embedding; without a head, the features that are the
  /// input of a head.
  public let output: Tensor

  private let model: Model
  private let classes: Classes

  init(layers: [String: Tensor], output: Tensor, model: Model, classes: Classes) {
    (self.layers, self.output, self.model, self.classes) = (layers, output, model, classes)
  }

  /// The recorded values of a layer, one per unit. With `.none`, all activations in row-major order, with the
  /// shape of ``tensor(of:)``.
  ///
  /// - Precondition: The network records the layer, which is given in either spelling.
  public subscript(layer: String) -> [Float] { tensor(of: layer).elements }

  /// Returns the recorded values of a layer with their shape.
  ///
  /// - Precondition: The network records the layer, which is given in either spelling.
  public func tensor(of layer: String) -> Tensor {
    guard let tensor = layers[layer] ?? (try? layers[model.layer(named: layer)]) else {
      preconditionFailure("'\(layer)' is not recorded; name it when the network is made")
    }
    return tensor
  }

  /// Returns the classes with the highest scores, best first, with their probabilities. Empty for a network
  /// that returns an embedding.
  public func topLabels(_ count: Int) -> [Prediction] { classes.top(count, of: output.elements) }
}

/// A class with its predicted probability.
public struct Prediction: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The class's index in PyTorch's order.
  public let index: Int
  /// The class's WordNet identifier.
  public let synset: String
  /// The class's name.
  public let label: String
  /// The softmax of the scores.
  public let probability: Double

  /// The label and the probability in percent.
  public var description: String { String(format: "%@ %.1f %%", label, 100 * probability) }
}
