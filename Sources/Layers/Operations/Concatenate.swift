internal import CKernels
package import Tensor

/// The concatenation along the channel axis of maps with the same height and width.
package struct Concatenate: Layer, Operation, Hashable {
  /// Creates the layer.
  package init() {}

  package var kind: String { "concatenate" }
  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let first = inputs[0]
    guard inputs.allSatisfy({ $0.rank == 3 && $0[1] == first[1] && $0[2] == first[2] }) else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "their heights or widths differ")
    }
    return [inputs.reduce(0) { $0 + $1[0] }, first[1], first[2]]
  }
  package func lower(_ parameters: [Tensor], into step: inout Step) { step.operation = self }

  package var kernelName: String { "concatenate" }
  package var traits: OperationTraits { .concatenates }

  /// Returns the work of the copies: each copied element is read once and written once.
  package func work(at site: Site) -> Work {
    Work(elements: 2 * site.storage.copiedParts(of: site.step).reduce(0) { $0 + site.shapes[$1.part].count })
  }

  /// Copies the parts that are not already in place inside the concatenation.
  package func run(_ call: Call) {
    let plan = call.workspace.plan
    for (part, channel) in plan.storage.copiedParts(of: call.step) {
      let shape = plan.shapes[part]
      call.copy(
        positions: shape.positions, channels: shape.channels, from: ck_input(call.workspace.view(of: part)),
        to: call.output.from(channel))
    }
  }
}

extension Value {
  /// Concatenates `parts` along the channel axis, in order.
  public static func concatenating(_ parts: [Value]) throws(GraphError) -> Value {
    try parts[0].graph.appendNumbered("concat", Concatenate(), parts)
  }

  /// Concatenates `parts` along the channel axis, in order.
  public static func concatenating(_ parts: Value...) throws(GraphError) -> Value {
    try concatenating(parts)
  }
}
