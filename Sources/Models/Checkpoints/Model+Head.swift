package import Layers
package import Tensor

extension Model {
  /// The last layers of a network in a checkpoint.
  package enum Head: Sendable, Hashable {
    /// The head of the published weights.
    case published
    /// The same layers with another number of outputs.
    case outputs(Int)
    /// No head, or a head with other layers.
    case absent
  }

  /// The largest number of outputs of a head.
  private static let maximumOutputs = 1 << 20

  /// Returns this network with the head of a checkpoint: the published head, a head of another size, or none.
  ///
  /// A head with other layers (`fc.1.weight`) counts as none, because its computation is unknown.
  ///
  /// - Returns: The adapted network. If the head is consistent with no number of outputs, the network is
  ///   returned with its published head, and binding reports the contradiction.
  package func fitted(to source: any TensorSource) -> Model { with(head(of: weights.layout.adapt(source))) }

  /// Returns the head among some parameters; see ``fitted(to:)``.
  func head(of parameters: [AdaptedTensor]) -> Head {
    let published = with(.published)
    let found = parameters.filter { isOfHead($0.name) }
    let shapes = Dictionary(found.map { ($0.name, $0.shape) }) { first, _ in first }
    guard headName != nil else { return .published }
    let expected = Set(published.headParameters.map(\.name))
    guard !expected.isDisjoint(with: shapes.keys) else { return .absent }
    func fits(_ model: Model) -> Bool {
      model.headParameters.allSatisfy { shapes[$0.name] == $0.shape }
    }
    guard expected == Set(shapes.keys), !fits(published) else { return .published }
    let counts = Set(shapes.values.flatMap(\.extents)).filter { 1...Self.maximumOutputs ~= $0 }
    return counts.sorted().lazy.map(Head.outputs).first { fits(with($0)) } ?? .published
  }

  /// The parameters that the network reads from a checkpoint, without those of the head.
  package var parametersWithoutHead: [Parameter] { (try? with(.absent).graph().parameters) ?? [] }

  private var headParameters: [Parameter] {
    (try? graph().parameters.filter { isOfHead($0.name) }) ?? []
  }

  /// Whether a parameter, given under the network's own name, belongs to the head.
  func isOfHead(_ parameter: String) -> Bool {
    guard let headName else { return false }
    return parameter == headName || parameter.hasPrefix("\(headName).")
  }
}
