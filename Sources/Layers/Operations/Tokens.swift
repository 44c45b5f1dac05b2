package import Tensor

/// The positions of a map as a sequence: channels × height × width to (height · width) × channels.
package struct Tokens: Layer, Operation, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "tokens" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0].rank == 3 else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "it needs channels × height × width")
    }
    return [inputs[0][1] * inputs[0][2], inputs[0][0]]
  }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "view" }
  /// Returns the input's placement: memory is channels-last, so a map and its sequence have the same layout.
  package func view(of input: Placement) -> Placement? { input }
  package func work(at site: Site) -> Work { Work(elements: 0) }
  package func run(_ call: Call) {}
}

/// One token of a sequence: tokens × channels to channels.
package struct SelectToken: Layer, Operation, Hashable {
  /// The index of the token.
  package let index: Int

  /// Creates the layer.
  package init(index: Int) { self.index = index }

  package var kind: String { "select_token" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    guard inputs[0].rank == 2, index < inputs[0][0] else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "there is no token \(index)")
    }
    return [inputs[0][1]]
  }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "view" }
  package func view(of input: Placement) -> Placement? {
    var token = input
    token.offset += index * input.positionStride
    return token
  }
  package func work(at site: Site) -> Work { Work(elements: 0) }
  package func run(_ call: Call) {}
}

extension Value {
  /// Returns the positions of a map as a sequence.
  public func tokens(_ name: String = "tokens") throws(GraphError) -> Value {
    try applying(numbered: name, Tokens())
  }

  /// Returns one token of a sequence.
  public func token(_ index: Int) throws(GraphError) -> Value {
    try applying(numbered: "token", SelectToken(index: index))
  }
}
