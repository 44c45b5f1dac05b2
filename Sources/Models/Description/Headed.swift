package import Layers

/// A network with a replaceable head: its last layers, which compute the outputs from the features of the
/// last block.
///
/// A checkpoint of such a network that was fine-tuned has a head of another size, or no head.
package protocol Headed: Block {
  /// The name of the head: the layer or scope that contains its parameters, or its only parameter.
  static var head: String { get }
  /// The number of outputs of the head: class scores, or the size of an embedding. `nil` for a network
  /// without a head, which returns the input of the head.
  var outputs: Int? { get set }
}
