private import CKernels
package import Tensor

/// What a step has to do for one image: the least any kernel can do for the same result.
package struct StepCost: Sendable, Equatable {
  /// Multiply-adds of convolutions, linear maps and attention; other arithmetic does not count.
  package var multiplyAdds = 0
  /// Bytes of activations read and written, each once.
  package var activationBytes = 0
  /// Bytes of packed weights, which all images of a call share.
  package var weightBytes = 0

  /// Bytes touched for one image of a call for `batchSize` images.
  package func bytes(batchSize: Int) -> Double {
    Double(activationBytes) + Double(weightBytes) / Double(batchSize)
  }
}

extension Plan {
  /// What one of the steps has to do.
  package func cost(of index: Int) -> StepCost {
    let packed = steps[index]
    let step = packed.step
    let weights = [packed.weight, packed.bias, packed.scale, packed.shift].compactMap { $0?.count }
    var cost = StepCost()
    cost.weightBytes = weights.reduce(0, +) * MemoryLayout<Float>.size
    var elements = step.reads.reduce(0) { $0 + shapes[$1].count }
    if !step.isRecord { elements += shapes[step.output].count }
    switch step.operation {
    case .convolution(let window, _), .depthwise(let window, _):
      let (from, to) = (shapes[step.inputs[0]], shapes[step.output])
      let seen = window.kernel * window.kernel
      let isDepthwise = if case .depthwise = step.operation { true } else { false }
      cost.multiplyAdds = to.count * seen * (isDepthwise ? 1 : from.channels)
      // A stride beyond the kernel leaves positions out.
      elements -= from.count - min(from.count, to.positions * seen * from.channels)
    case .attention:
      let keys = shapes[step.inputs.count == 1 ? step.inputs[0] : step.inputs[1]].positions
      cost.multiplyAdds = 2 * shapes[step.output].count * keys
    case .record(.values(let tap, _)): elements += taps[tap].shape.count
    case .view: elements = 0
    case .concatenate:
      elements = 2 * storage.copiedParts(of: step).reduce(0) { $0 + shapes[$1.part].count }
    default: break
    }
    cost.activationBytes = elements * MemoryLayout<Float>.size
    return cost
  }

  /// Whether a step costs nothing: what it stands for lies in memory already.
  package func isIdle(_ index: Int) -> Bool {
    let step = steps[index].step
    return switch step.operation {
    case .view: true
    case .concatenate: storage.copiedParts(of: step).isEmpty
    default: false
    }
  }

  /// The shape a step makes, or that it keeps something of.
  package func shape(of index: Int) -> Shape {
    let step = steps[index].step
    return shapes[step.isRecord ? step.inputs[0] : step.output]
  }

  /// What a step is, in the words that sum a network up: `convolution 3×3`, `linear`, `layer-norm`.
  package func kind(of index: Int) -> String {
    let step = steps[index].step
    return switch step.operation {
    case .convolution(let window, _):
      shapes[step.output].rank == 3 ? "convolution \(window.kernel)×\(window.kernel)" : "linear"
    case .depthwise: "depthwise convolution"
    case .map: step.residual == nil ? "pointwise" : "sum"
    case .maxPool: "max-pool"
    case .averagePool: "average-pool"
    case .attention: "attention"
    case .record: "record"
    default: step.kernelName
    }
  }

  /// The kernel that runs a step and everything its epilogue does: `avx512 convolution 3×3/1 direct + relu`.
  package func kernel(of index: Int) -> String {
    (["\(options.tier) \(kernelName(of: index))"] + steps[index].step.epilogueWords).joined(separator: " + ")
  }

  /// The kernel that runs a step; of a convolution also which of the tier's ways.
  func kernelName(of index: Int) -> String {
    let step = steps[index].step
    guard case .convolution(let window, _) = step.operation else { return step.kernelName }
    var convolution = ck_convolution(
      window, from: shapes[step.inputs[0]], to: shapes[step.output], options.precision)
    let way = options.tier.kernels.pointee.conv_kernel(&convolution).map { String(cString: $0) } ?? ""
    let first = step.prologue.map { $0.relu ? "scale-shift, relu, " : "scale-shift, " } ?? ""
    return "\(first)\(step.kernelName) \(way)"
  }
}
