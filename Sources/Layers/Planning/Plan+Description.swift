import Tensor

extension Plan: CustomStringConvertible {
  /// The steps with what they fuse, shapes and bytes, one a line, and the memory they need.
  public var description: String {
    let width = steps.map { $0.step.name.count }.max() ?? 0
    let lines = steps.enumerated().map { index, packed in
      let step = packed.step
      let shape = step.isRecord ? shapes[step.inputs[0]] : shapes[step.output]
      let number = String(repeating: " ", count: 4 - min(4, String(index).count)) + String(index)
      let name = step.name + String(repeating: " ", count: width - step.name.count)
      return "\(number)  \(name)  \(step.summary(shapes)) → \(shape)\(place(of: step))"
    }
    let total =
      "\(steps.count) steps, \(storage.count * 4) bytes of activations an image, tier \(options.tier)"
    return (lines + [total]).joined(separator: "\n")
  }

  private func place(of step: Step) -> String {
    guard let placement = storage.placements[step.output], !step.isRecord else { return "" }
    let buffer = storage.buffers[placement.buffer]
    return " @\((buffer.offset + placement.offset) * 4)+\(buffer.count * 4)"
  }
}

extension Step {
  /// The operation and everything its epilogue does.
  fileprivate func summary(_ shapes: [Shape]) -> String {
    var words = prologue.map { [$0.relu ? "scale-shift + relu" : "scale-shift"] } ?? []
    words.append(kernelName)
    if affine != nil { words.append("scale-shift") }
    if residual != nil { words.append("residual") }
    if let activation { words.append(activation.kind) }
    let points = [SumPoint.raw, .preActivation, .output].filter { sums[$0] != nil }
    if !points.isEmpty { words.append("sums(\(points.map { "\($0)" }.joined(separator: ", ")))") }
    return words.joined(separator: " + ") + " "
      + inputs.map { shapes[$0].description }.joined(separator: ", ")
  }

  /// The kernel family that runs the step.
  package var kernelName: String {
    switch operation {
    case .convolution(let window, _): "convolution \(window.kernel)×\(window.kernel)/\(window.stride)"
    case .depthwise(let window, _): "depthwise \(window.kernel)×\(window.kernel)"
    case .map: "map"
    case .maxPool(let window): "max-pool \(window.kernel)×\(window.kernel)/\(window.stride)"
    case .averagePool(let window): "average-pool \(window.kernel)×\(window.kernel)/\(window.stride)"
    case .globalAverage: "global-average"
    case .layerNorm: "layer-norm"
    case .localResponseNorm: "local-response-norm"
    case .softmax: "softmax"
    case .attention(let heads): "attention \(heads) heads"
    case .firstToken: "first-token"
    case .addMatrix: "add-matrix"
    case .view: "view"
    case .concatenate: "concatenate"
    case .record(.sums): "column-sums"
    case .record(.values(_, let reduction)): "record \(reduction.rawValue)"
    }
  }
}
