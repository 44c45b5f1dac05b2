public import Machine
public import Tensor

/// One layer of a model: its computation, its parameters and its output shape. A layer holds no data and does
/// no arithmetic.
///
/// Shapes are PyTorch's without the batch axis: channels × height × width for a map, tokens × channels for a
/// sequence, channels for a vector.
package protocol Layer: Sendable {
  /// The kind as printed: `conv2d`, `batch_norm`.
  var kind: String { get }

  /// Returns the shape of the result.
  ///
  /// - Throws: ``GraphError/incompatible(layer:shapes:reason:)`` when the inputs do not fit the layer.
  func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape

  /// Returns the parameters that the layer reads, in the order of the checkpoint's state dict.
  func parameters(for inputs: [Shape]) -> [LayerParameter]

  /// Names of state-dict entries besides the parameters that inference does not need (`num_batches_tracked`).
  var ignoredParameters: [ParameterName] { get }

  /// Returns the number of multiply-adds for one image: products that the layer's definition sums, of a
  /// parameter or an activation with an activation (convolutions, linear maps, the two products of
  /// attention). Normalisation, pooling and addition count as zero.
  func multiplyAdds(for inputs: [Shape], output: Shape) -> Int

  /// Lowers the layer to a step, before any rewrite: sets the step's operation, or a part of its epilogue
  /// when the step only copies.
  ///
  /// - Parameters:
  ///   - parameters: The tensors of ``parameters(for:)``, in that order.
  ///   - step: A step with the layer's inputs and output that copies (``Map``).
  func lower(_ parameters: [Tensor], into step: inout Step)
}

extension Layer {
  /// Returns no parameters.
  package func parameters(for inputs: [Shape]) -> [LayerParameter] { [] }
  /// No ignored names.
  package var ignoredParameters: [ParameterName] { [] }
  /// Returns 0.
  package func multiplyAdds(for inputs: [Shape], output: Shape) -> Int { 0 }
}

/// An error in a model description.
public enum GraphError: Explained, Equatable {
  /// The inputs of a layer do not fit it.
  case incompatible(layer: String, shapes: [Shape], reason: String)
  /// Two values have the same name.
  case duplicateName(String)

  /// A network is data, wherever its description comes from.
  public var kind: Failure.Kind { .badData }

  /// What contradicts what.
  public var sentence: Sentence {
    switch self {
    case .incompatible(let layer, let shapes, let reason):
      "\(layer) cannot take \(shapes.map(\.description).joined(separator: " and ")): \(reason)"
    case .duplicateName(let name): "two values are named '\(name)'"
    }
  }
}
