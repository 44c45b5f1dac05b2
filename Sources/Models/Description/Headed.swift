package import Layers

/// A network whose last layers, its head, make the outputs of what the last block computed.
///
/// A checkpoint of such a network that was trained further has a head of another size, or none.
package protocol Headed: Block {
  /// The name of the head: the layer or scope its parameters belong to, or the one parameter it has.
  static var head: String { get }
  /// The number of values the head returns, class scores or an embedding; `nil` for a network without one, which
  /// returns what the head would be given.
  var outputs: Int? { get set }
}
