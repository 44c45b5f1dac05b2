package import Tensor

/// The steps of a model and the values to be recorded: the input and output of the rewrites.
package struct Program {
  package var steps: [Step]
  /// The shape of each value, by node index.
  package let shapes: [Shape]
  /// Values that must be in memory unchanged: the model's output, and taps with a reduction other than the
  /// mean.
  package let pinned: Set<Int>
  /// The means of values that are no longer in memory, as expressions of sums.
  package var means: [Int: MeanExpression] = [:]

  /// Creates one step per node.
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

  /// Removes steps whose results no step reads.
  package mutating func removeDeadSteps(keeping roots: Set<Int>) {
    var needed = roots
    steps = steps.reversed().filter { step in
      guard step.isRecord || needed.contains(step.output) || !step.sums.isEmpty else { return false }
      needed.formUnion(step.reads)
      return true
    }.reversed()
  }
}
