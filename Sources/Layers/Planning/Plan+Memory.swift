import Tensor

extension Plan {
  /// Bytes of memory a workspace for `batchSize` images takes, for one thread, without making one.
  package func workspaceBytes(batchSize: Int) -> Int {
    let tapValues = taps.reduce(0) { $0 + $1.shape.count } * batchSize
    let sums = slots.reduce(0) { $0 + $1.channels } * batchSize
    let units = takesBaselines ? tapShapes.reduce(0) { $0 + $1.channels } * batchSize : 0
    return 4 * (storage.count * batchSize + scratchCount(members: 1) + tapValues) + 8 * sums + 12 * units
  }

  /// Elements of scratch the largest step, or part of one, needs for each of `members` threads.
  func scratchCount(members: Int) -> Int {
    steps.indices.reduce(0) { most, index in
      let site = site(of: index)
      return max(most, site.step.operation.scratchCount(at: site, members: members))
    }
  }
}
