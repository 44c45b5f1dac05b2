public import Tensor

/// The graph of one model: the layers in the order in which the model's description applied them.
public final class Graph {
  package struct Node: Sendable {
    package let name: String  // "layer1.0.conv2"
    package let layer: any Layer
    package let inputs: [Int]  // node indices
    package let shape: Shape
  }

  package private(set) var nodes: [Node] = []
  /// The names of all activations that can be recorded, in order of execution.
  public private(set) var names: [String] = []
  private var nodeIndex: [String: Int] = [:]
  private var scope: [String] = []
  /// The name of the model's result: the last value added.
  public var output: String { nodes.last?.name ?? "" }

  /// Creates an empty graph.
  public init() {}

  /// Adds the input of the model, of shape channels × height × width, and returns it.
  public func input(_ shape: Shape) -> Value {
    nodes.append(Node(name: "input", layer: Input(shape: shape), inputs: [], shape: shape))
    nodeIndex["input"] = nodes.count - 1
    return Value(graph: self, index: nodes.count - 1, shape: shape)
  }

  /// The parameters that the model reads, by full name, in order of execution.
  package var parameters: [Parameter] {
    nodes.indices.flatMap { parameters(of: $0) }
  }

  /// Full names that a checkpoint may contain and that inference does not need.
  public var ignoredParameters: [String] {
    nodes.flatMap { node in node.layer.ignoredParameters.map { $0.qualified(by: node.name) } }
  }

  /// The number of multiply-adds for one image in convolutions, linear maps and attention.
  public var multiplyAdds: Int {
    nodes.reduce(0) { $0 + $1.layer.multiplyAdds(for: $1.inputs.map { nodes[$0].shape }, output: $1.shape) }
  }

  /// The number of learned values, the figure that papers report. BatchNorm's statistics are not learned.
  public var learnedParameterCount: Int {
    parameters.reduce(0) { $0 + ($1.isLearned ? $1.shape.count : 0) }
  }

  /// Returns the shape of a named activation, `nil` when no activation has that name.
  public func shape(of name: String) -> Shape? { nodeIndex[name].map { nodes[$0].shape } }

  /// Returns the kind of the layer that produces a named activation, `nil` when no activation has that name.
  public func kind(of name: String) -> String? { nodeIndex[name].map { nodes[$0].layer.kind } }

  package func index(of name: String) -> Int? { nodeIndex[name] }

  /// Returns the parameters of one node, with full names.
  package func parameters(of index: Int) -> [Parameter] {
    let node = nodes[index]
    return node.layer.parameters(for: node.inputs.map { nodes[$0].shape })
      .map { Parameter(name: $0.name.qualified(by: node.name), shape: $0.shape, isLearned: $0.isLearned) }
  }

  func append(_ name: String, _ layer: some Layer, _ inputs: [Value]) throws(GraphError) -> Value {
    let shape = try layer.outputShape(for: inputs.map(\.shape))
    let path = qualified(name)
    nodes.append(Node(name: path, layer: layer, inputs: inputs.map(\.index), shape: shape))
    try expose(path, nodes.count - 1)
    return Value(graph: self, index: nodes.count - 1, shape: shape)
  }

  /// Appends a layer that has no name of its own. Repeats are numbered: `relu`, `relu_1`, `relu_2`.
  func appendNumbered(_ name: String, _ layer: some Layer, _ inputs: [Value]) throws(GraphError) -> Value {
    var candidate = name
    var repeats = 0
    while nodeIndex[qualified(candidate)] != nil {
      repeats += 1
      candidate = "\(name)_\(repeats)"
    }
    return try append(candidate, layer, inputs)
  }

  func within(_ name: String, _ body: () throws(GraphError) -> Value) throws(GraphError) -> Value {
    scope.append(name)
    let result: Value
    do { result = try body() } catch {
      scope.removeLast()
      throw error
    }
    scope.removeLast()
    try expose(qualified(name), result.index)
    return result
  }

  /// Adds a second name for a value, relative to the current scope.
  func alias(_ name: String, _ index: Int) throws(GraphError) { try expose(qualified(name), index) }

  private func qualified(_ name: String) -> String { (scope + [name]).joined(separator: ".") }

  private func expose(_ path: String, _ index: Int) throws(GraphError) {
    guard nodeIndex[path] == nil else { throw .duplicateName(path) }
    nodeIndex[path] = index
    names.append(path)
  }
}

/// The input image of a model.
package struct Input: Layer {
  package let shape: Shape
  package var kind: String { "input" }
  package func outputShape(for inputs: [Shape]) -> Shape { shape }
  /// Does nothing: no step is made for an input.
  package func lower(_ parameters: [Tensor], into step: inout Step) {}
}
