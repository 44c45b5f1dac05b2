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
    let site = site(of: index)
    let packed = site.packed
    let weights = packed.step.operation.packedWeights + [packed.scale, packed.shift].compactMap { $0 }
    let work = packed.step.operation.work(at: site)
    return StepCost(
      multiplyAdds: work.multiplyAdds, activationBytes: work.elements * MemoryLayout<Float>.size,
      weightBytes: weights.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size)
  }

  /// Whether a step moves nothing: what it stands for lies in memory already.
  package func isIdle(_ index: Int) -> Bool {
    let site = site(of: index)
    return site.step.operation.work(at: site).elements == 0
  }

  /// The shape a step makes, or that it keeps something of.
  package func shape(of index: Int) -> Shape {
    let site = site(of: index)
    return site.step.isRecord ? site.input : site.output
  }

  /// What a step is, in the words that sum a network up: `convolution 3×3`, `linear`, `layer-norm`.
  package func kind(of index: Int) -> String {
    let site = site(of: index)
    return site.step.operation.family(at: site)
  }

  /// The kernel that runs a step and everything its epilogue does: `avx512 convolution 3×3/1 direct + relu`.
  package func kernel(of index: Int) -> String {
    (["\(options.tier) \(kernelName(of: index))"] + steps[index].step.epilogueWords).joined(separator: " + ")
  }

  /// The kernel that runs a step; of a convolution also which of the tier's ways.
  func kernelName(of index: Int) -> String {
    let site = site(of: index)
    return site.step.operation.kernel(at: site)
  }
}
