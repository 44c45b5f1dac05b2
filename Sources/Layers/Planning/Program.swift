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
  /// - Throws: The source's own error when a tensor cannot be read; ``PlanError`` for a layer without a kernel.
  package init(_ graph: Graph, parameters source: any TensorSource, pinned: Set<Int>) throws {
    self.pinned = pinned
    shapes = graph.nodes.map(\.shape)
    steps = []
    for (index, node) in graph.nodes.enumerated() where !(node.layer is Input) {
      let parameters = try graph.parameters(of: index).map { try source.tensor(named: $0.name) }
      var step = Step(id: index, name: node.name, operation: .map, inputs: node.inputs, output: index)
      try Program.lower(node.layer, parameters, channels: node.shape.channels, into: &step)
      steps.append(step)
    }
  }

  private static func lower(
    _ layer: any Layer, _ parameters: [Tensor], channels: Int, into step: inout Step
  ) throws {
    switch layer {
    case let layer as Conv2d:
      step.operation =
        layer.depthwise
        ? .depthwise(layer.window, weight: parameters[0])
        : .convolution(layer.window, weight: parameters[0])
      if layer.hasBias { step.affine = .offset(parameters[1]) }
    case let layer as Linear:
      let matrix = layer.layout == .outputInput ? parameters[0] : parameters[0].transposed()
      let weight = matrix.reshaped(to: [matrix.shape[0], matrix.shape[1], 1, 1])
      step.operation = .convolution(Window(kernel: 1), weight: weight)
      if layer.bias != nil { step.affine = .offset(parameters[1]) }
    case let layer as BatchNorm2d: step.affine = .batchNorm(parameters, epsilon: layer.epsilon)
    case is LayerScale:
      step.affine = Affine(
        scale: parameters[0].doubles, shift: Array(repeating: 0, count: parameters[0].shape.count))
    case let layer as Activation: step.activation = layer
    case is Add:
      step.residual = step.inputs[1]
      step.inputs = [step.inputs[0]]
    case is Concatenate: step.operation = .concatenate
    case let layer as MaxPool2d: step.operation = .maxPool(layer.window)
    case let layer as AveragePool2d: step.operation = .averagePool(layer.window)
    case is GlobalAveragePool: step.operation = .globalAverage
    case let layer as LayerNorm:
      step.operation = .layerNorm(
        weight: parameters[0], bias: parameters[1], epsilon: Float(layer.epsilon))
    case let layer as LocalResponseNorm: step.operation = .localResponseNorm(layer)
    case is Softmax: step.operation = .softmax
    case is Tokens: step.operation = .view(.same)
    case let layer as SelectToken: step.operation = .view(.token(layer.index))
    case is FirstToken: step.operation = .firstToken(parameters.first?.reshaped(to: [channels]))
    case is PositionEmbedding: step.operation = .addMatrix(parameters[0])
    case let layer as Attention: step.operation = .attention(heads: layer.heads)
    default: throw PlanError.unsupported(layer: layer.kind)
    }
  }

  /// Drops steps whose results nobody reads.
  package mutating func removeDeadSteps(keeping roots: Set<Int>) {
    var needed = roots
    steps = steps.reversed().filter { step in
      if case .record = step.operation {
        needed.formUnion(step.reads)
        return true
      }
      guard needed.contains(step.output) || !step.sums.isEmpty else { return false }
      needed.formUnion(step.reads)
      return true
    }.reversed()
  }
}

extension Affine {
  /// `x + bias`.
  fileprivate static func offset(_ bias: Tensor) -> Affine {
    Affine(scale: Array(repeating: 1, count: bias.shape.count), shift: bias.doubles)
  }

  /// The affine map a batch normalisation with stored statistics is.
  fileprivate static func batchNorm(_ parameters: [Tensor], epsilon: Double) -> Affine {
    let (weight, bias) = (parameters[0].doubles, parameters[1].doubles)
    let (mean, variance) = (parameters[2].doubles, parameters[3].doubles)
    let scale = zip(weight, variance).map { $0 / ($1 + epsilon).squareRoot() }
    let shift = bias.indices.map { bias[$0] - mean[$0] * scale[$0] }
    return Affine(scale: scale, shift: shift)
  }
}

extension Tensor {
  fileprivate var doubles: [Double] { withUnsafeBufferPointer { $0.map(Double.init) } }

  /// The transpose of a matrix.
  fileprivate func transposed() -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    return Tensor(shape: [columns, rows]) { out in
      withUnsafeBufferPointer { elements in
        for row in 0..<rows {
          for column in 0..<columns { out[column * rows + row] = elements[row * columns + column] }
        }
      }
    }
  }
}
