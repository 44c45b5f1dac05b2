package import Tensor

/// The cost of a step for one image: the least work that any kernel needs for the same result.
package struct StepCost: Sendable, Equatable {
  /// The number of multiply-adds of convolutions, linear maps and attention. Other arithmetic does not count.
  package var multiplyAdds = 0
  /// Bytes of activations read and written, each counted once.
  package var activationBytes = 0
  /// Bytes of packed weights, which all images of a run share.
  package var weightBytes = 0

  /// Returns the bytes read and written per image in a run of `batchSize` images.
  package func bytes(batchSize: Int) -> Double {
    Double(activationBytes) + Double(weightBytes) / Double(batchSize)
  }
}

extension Plan {
  /// Returns the cost of one step.
  package func cost(of index: Int) -> StepCost {
    let site = site(of: index)
    let packed = site.packed
    let weights = packed.step.operation.packedWeights + [packed.scale, packed.shift].compactMap { $0 }
    let work = packed.step.operation.work(at: site)
    return StepCost(
      multiplyAdds: work.multiplyAdds, activationBytes: work.elements * MemoryLayout<Float>.size,
      weightBytes: weights.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size)
  }

  /// Returns whether a step does nothing because its result is already in memory.
  package func isIdle(_ index: Int) -> Bool {
    let site = site(of: index)
    return site.step.operation.work(at: site).elements == 0
  }

  /// Returns the shape of a step's result, or of the value that the step records.
  package func shape(of index: Int) -> Shape {
    let site = site(of: index)
    return site.step.isRecord ? site.input : site.output
  }

  /// Returns the name under which a network's steps are summed up: `convolution 3×3`, `linear`, `layer-norm`.
  package func kind(of index: Int) -> String {
    let site = site(of: index)
    return site.step.operation.family(at: site)
  }

  /// Returns the name of a step's kernel with everything in its epilogue: `avx512 convolution 3×3/1 direct +
  /// relu`.
  package func kernel(of index: Int) -> String {
    (["\(options.tier) \(kernelName(of: index))"] + steps[index].step.epilogueWords).joined(separator: " + ")
  }

  /// Returns the name of a step's kernel, for a convolution with the tier's algorithm.
  func kernelName(of index: Int) -> String {
    let site = site(of: index)
    return site.step.operation.kernel(at: site)
  }
}
