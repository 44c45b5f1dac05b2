import Foundation
import Models
public import Tensor

/// What a network made of one image.
public struct Record: Sendable {
  /// The layers that were recorded, by canonical name.
  public let layers: [String: Tensor]
  /// What the network returned: class scores, or an embedding; without a head, what that would be given.
  public let output: Tensor

  private let model: Model
  private let classes: Classes

  init(layers: [String: Tensor], output: Tensor, model: Model, classes: Classes) {
    (self.layers, self.output, self.model, self.classes) = (layers, output, model, classes)
  }

  /// The recorded values of a layer, one per unit (with `.none`: everything, row-major, as ``tensor(of:)`` shapes it).
  ///
  /// - Precondition: The layer, in either spelling, is one the network records.
  public subscript(layer: String) -> [Float] { tensor(of: layer).elements }

  /// The recorded values of a layer with their shape.
  ///
  /// - Precondition: The layer, in either spelling, is one the network records.
  public func tensor(of layer: String) -> Tensor {
    guard let tensor = layers[layer] ?? (try? layers[model.layer(named: layer)]) else {
      preconditionFailure("'\(layer)' is not recorded; name it when the network is made")
    }
    return tensor
  }

  /// The classes of highest score, best first, with their probability; none for a network that returns an embedding.
  public func topLabels(_ count: Int) -> [Prediction] { classes.top(count, of: output.elements) }
}

/// A class a network believes in.
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
