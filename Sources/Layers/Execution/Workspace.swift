internal import CKernels
package import Tensor

/// The memory of one run of a plan. A workspace is not thread-safe: use one per thread.
package final class Workspace {
  /// The plan that runs.
  package let plan: Plan
  /// The largest number of images in one run.
  package let batchSize: Int

  private let arena: AlignedBuffer
  /// Scratch memory, one buffer per member of the team.
  let scratch: [AlignedBuffer]
  let team: ThreadTeam?
  let tapValues: [AlignedBuffer]
  let sums: [UnsafeMutablePointer<Double>]
  let baselines: [PositionStatistics]
  private let sumCounts: [Int]
  let kernels: UnsafePointer<ck_kernels>

  /// Allocates the memory for runs of up to `batchSize` images.
  ///
  /// - Parameters:
  ///   - plan: The plan to run.
  ///   - batchSize: The largest number of images in one run.
  ///   - team: Threads that share every step. Without a team, the calling thread does all work.
  /// - Precondition: `batchSize` is at least 1.
  package init(for plan: Plan, batchSize: Int, team: ThreadTeam? = nil) {
    precondition(batchSize >= 1, "a workspace holds at least one image")
    (self.plan, self.batchSize, self.team) = (plan, batchSize, team)
    kernels = plan.options.tier.kernels
    arena = AlignedBuffer(count: plan.storage.count * batchSize)
    let members = team?.count ?? 1
    let scratchCount = plan.scratchCount(members: members)
    scratch = (0..<members).map { _ in AlignedBuffer(count: scratchCount) }
    tapValues = plan.taps.map { AlignedBuffer(count: $0.shape.count * batchSize) }
    baselines =
      plan.takesBaselines ? plan.tapShapes.map { PositionStatistics(of: $0, images: batchSize) } : []
    sumCounts = plan.slots.map { $0.channels * batchSize }
    sums = sumCounts.map { count in
      let pointer = UnsafeMutablePointer<Double>.allocate(capacity: count)
      pointer.initialize(repeating: 0, count: count)
      return pointer
    }
  }

  deinit { sums.forEach { $0.deallocate() } }

  /// Calls `body` with the input of one image, to be written channels-last: height × width × channels.
  ///
  /// - Throws: The error that `body` throws.
  package func withInput<R, E: Error>(
    of image: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(image < batchSize, "image \(image) of \(batchSize)")
    return try body(
      UnsafeMutableBufferPointer(
        start: address(of: plan.inputValue, image: image), count: plan.inputShape.count))
  }

  /// Copies a tensor, channels × height × width, into the input of one image.
  ///
  /// - Precondition: The tensor has the shape ``Plan/inputShape``.
  package func setInput(of image: Int, _ tensor: Tensor) {
    precondition(tensor.shape == plan.inputShape, "the input is \(tensor.shape), not \(plan.inputShape)")
    let (channels, positions) = (plan.inputShape.channels, plan.inputShape.positions)
    withInput(of: image) { input in
      tensor.withUnsafeBufferPointer { elements in
        kernels.pointee.transpose(
          Int32(channels), Int32(positions), elements.baseAddress, positions, input.baseAddress)
      }
    }
  }

  /// Runs the plan on the first `images` inputs.
  ///
  /// - Precondition: `images` is between 1 and ``batchSize``.
  package func run(images: Int) { run(images: images) { _ in } }

  /// Runs the plan. Calls `stepDone` after each step with its index, and after the means of the taps with the
  /// number of steps.
  ///
  /// - Precondition: `images` is between 1 and ``batchSize``.
  package func run(images: Int, stepDone: (Int) -> Void) {
    precondition((1...batchSize).contains(images), "\(images) images in a workspace for \(batchSize)")
    for (index, packed) in plan.steps.enumerated() {
      packed.step.operation.run(Call(workspace: self, packed: packed, images: images))
      stepDone(index)
    }
    for tap in plan.meanTaps { finish(tap, images: images) }
    stepDone(plan.steps.count)
  }

  /// Calls `body` with the values of one tap for one image that the last run recorded:
  /// `plan.taps[tap].shape.count` elements.
  ///
  /// - Throws: The error that `body` throws.
  package func withTap<R, E: Error>(
    _ tap: Int, of image: Int, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    let count = plan.taps[tap].shape.count
    return try body(UnsafeBufferPointer(start: tapValues[tap].pointer + image * count, count: count))
  }

  /// Calls `body` with one image's sums for the baselines of a tap's units.
  ///
  /// - Precondition: The plan takes baselines.
  /// - Throws: The error that `body` throws.
  package func withBaselines<R, E: Error>(
    _ tap: Int, of image: Int, _ body: (PositionStatistics.OfImage) throws(E) -> R
  ) throws(E) -> R {
    try body(baselines[tap].ofImage(image))
  }

  /// Calls `body` with the model's output for one image: `plan.output.shape.count` elements.
  ///
  /// - Throws: The error that `body` throws.
  package func withOutput<R, E: Error>(
    of image: Int, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    let value = plan.outputValue
    return try body(
      UnsafeBufferPointer(start: address(of: value, image: image), count: plan.shapes[value].count))
  }

  private func finish(_ tap: MeanTap, images: Int) {
    let count = plan.taps[tap.tap].shape.count
    for image in 0..<images {
      var to = tapValues[tap.tap].pointer + image * count
      for part in tap.parts {
        let from = sums[part.slot] + image * part.channels
        let positions = Double(part.positions)
        if let affine = part.affine {
          affine.scale.withUnsafeBufferPointer { scale in
            affine.shift.withUnsafeBufferPointer { shift in
              for unit in 0..<part.channels {
                to[unit] = Float(from[unit] / positions * scale[unit] + shift[unit])
              }
            }
          }
        } else {
          for unit in 0..<part.channels { to[unit] = Float(from[unit] / positions) }
        }
        to += part.channels
      }
    }
  }

  /// Returns the memory of a value, for all images.
  func view(of value: Int) -> ck_view {
    guard let placement = plan.storage.placements[value] else {
      preconditionFailure("value \(value) has no place in memory")
    }
    let buffer = plan.storage.buffers[placement.buffer]
    return ck_view(
      data: arena.pointer + buffer.offset * batchSize + placement.offset,
      position_stride: placement.positionStride, image_stride: buffer.count)
  }

  private func address(of value: Int, image: Int) -> UnsafeMutablePointer<Float> {
    let view = view(of: value)
    return view.data + image * view.image_stride
  }
}
