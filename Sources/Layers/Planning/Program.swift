package import Tensor

/// The steps of a model and what is wanted of them: what the rewrites work on.
package struct Program {
  package var steps: [Step]
  /// Shape of each value, by node index.
  package let shapes: [Shape]
  /// Values that must be in memory as they are: the model's output, and taps that are not means.
  package let pinned: Set<Int>
  /// Values that exist no longer, and how their means follow from sums.
  package var means: [Int: MeanExpression] = [:]

  /// One step per node.
  ///
  /// - Throws: The source's own error when a tensor cannot be read.
  package init(_ graph: Graph, parameters source: any TensorSource, pinned: Set<Int>) throws {
    self.pinned = pinned
    shapes = graph.nodes.map(\.shape)
    steps = []
    for (index, node) in graph.nodes.enumerated() where !(node.layer is Input) {
      let parameters = try graph.parameters(of: index).map { try source.tensor(named: $0.name) }
      var step = Step(id: index, name: node.name, operation: Map(), inputs: node.inputs, output: index)
      node.layer.lower(parameters, into: &step)
      steps.append(step)
    }
  }

  /// Drops steps whose results nobody reads.
  package mutating func removeDeadSteps(keeping roots: Set<Int>) {
    var needed = roots
    steps = steps.reversed().filter { step in
      guard step.isRecord || needed.contains(step.output) || !step.sums.isEmpty else { return false }
      needed.formUnion(step.reads)
      return true
    }.reversed()
  }
}
