import Tensor

extension Plan {
  /// Returns the number of bytes in a workspace for `batchSize` images and one thread, without allocating it.
  package func workspaceBytes(batchSize: Int) -> Int {
    let tapValues = taps.reduce(0) { $0 + $1.shape.count } * batchSize
    let sums = slots.reduce(0) { $0 + $1.channels } * batchSize
    let units = takesBaselines ? tapShapes.reduce(0) { $0 + $1.channels } * batchSize : 0
    return 4 * (storage.count * batchSize + scratchCount(members: 1) + tapValues) + 8 * sums + 12 * units
  }

  /// Returns the largest number of scratch elements that a step, or a part of a step, needs for each of
  /// `members` threads.
  func scratchCount(members: Int) -> Int {
    steps.indices.reduce(0) { most, index in
      let site = site(of: index)
      return max(most, site.step.operation.scratchCount(at: site, members: members))
    }
  }
}
