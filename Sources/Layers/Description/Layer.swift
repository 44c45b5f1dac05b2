public import Machine
public import Tensor

/// One layer of a model: what it computes, what it reads and what it produces. No data, no arithmetic.
///
/// Shapes are PyTorch's without the batch axis: channels × height × width for a map, tokens × channels for a
/// sequence, channels for a vector.
package protocol Layer: Sendable {
  /// The kind shown to people: `conv2d`, `batch_norm`.
  var kind: String { get }

  /// The shape of the result.
  ///
  /// - Throws: ``GraphError/incompatible(layer:shapes:reason:)`` when the inputs do not fit the layer.
  func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape

  /// The parameters the layer reads, in the order of the checkpoint's state dictionary.
  func parameters(for inputs: [Shape]) -> [LayerParameter]

  /// Names a checkpoint may hold beside the parameters, which inference does not need (`num_batches_tracked`).
  var ignoredParameters: [ParameterName] { get }

  /// The multiplications of a parameter or activation with an activation that the definition sums: convolutions,
  /// linear maps, attention's two products. What normalises, pools or adds counts as nothing.
  func multiplyAdds(for inputs: [Shape], output: Shape) -> Int

  /// Says what a step has to do to compute the layer, before any rewrite: its operation, or a part of the epilogue
  /// of a step that otherwise copies.
  ///
  /// - Parameters:
  ///   - parameters: The tensors of ``parameters(for:)``, in that order.
  ///   - step: A step with the layer's inputs and output that copies (``Map``).
  func lower(_ parameters: [Tensor], into step: inout Step)
}

extension Layer {
  /// No parameters.
  package func parameters(for inputs: [Shape]) -> [LayerParameter] { [] }
  /// Nothing to ignore.
  package var ignoredParameters: [ParameterName] { [] }
  /// Nothing to multiply.
  package func multiplyAdds(for inputs: [Shape], output: Shape) -> Int { 0 }
}

/// A model description that contradicts itself.
public enum GraphError: Explained, Equatable {
  /// The inputs of a layer do not fit it.
  case incompatible(layer: String, shapes: [Shape], reason: String)
  /// Two values were given the same name.
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
