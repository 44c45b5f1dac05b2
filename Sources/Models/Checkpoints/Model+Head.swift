package import Layers
package import Tensor

extension Model {
  /// The last layers of a network, as a checkpoint has them.
  package enum Head: Sendable, Hashable {
    /// Those of the published weights.
    case published
    /// The same with another number of outputs.
    case outputs(Int)
    /// None, or others than the network's.
    case absent
  }

  /// More outputs than any head has.
  private static let maximumOutputs = 1 << 20

  /// This network with the head a checkpoint has: the published one, one of another size, or none.
  ///
  /// A head of other layers (`fc.1.weight`) is none: what they compute, only their author knows.
  ///
  /// - Returns: The network as published, too, when the head fits no number of outputs: binding reports that.
  package func fitted(to source: any TensorSource) -> Model { with(head(of: weights.layout.adapt(source))) }

  /// The head that some parameters have; see ``fitted(to:)``.
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

  /// What the network reads from a checkpoint whatever head that has.
  package var parametersWithoutHead: [Parameter] { (try? with(.absent).graph().parameters) ?? [] }

  private var headParameters: [Parameter] {
    (try? graph().parameters.filter { isOfHead($0.name) }) ?? []
  }

  /// Whether a parameter, under the network's own name, belongs to its head.
  func isOfHead(_ parameter: String) -> Bool {
    guard let headName else { return false }
    return parameter == headName || parameter.hasPrefix("\(headName).")
  }
}
