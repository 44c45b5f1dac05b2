internal import CKernels
package import Tensor

/// One execution of a step: the memory that the step reads and writes, for the images of the run.
package struct Call {
  package let workspace: Workspace
  package let packed: PackedStep
  /// The number of images of the run.
  package let images: Int

  /// The step that runs.
  package var step: Step { packed.step }
  /// The shapes, memory and kernels of the step's operation.
  package var site: Site {
    let plan = workspace.plan
    return Site(packed: packed, shapes: plan.shapes, storage: plan.storage, options: plan.options)
  }
  /// Returns the shape of an input.
  package func inputShape(_ index: Int = 0) -> Shape { workspace.plan.shapes[step.inputs[index]] }
  /// The shape of the result.
  package var outputShape: Shape { workspace.plan.shapes[step.output] }

  /// The functions of the plan's tier.
  var kernels: UnsafePointer<ck_kernels> { workspace.kernels }
  /// The number of images, as the C kernels take it.
  var imageCount: Int32 { Int32(images) }
  /// Returns the memory of an input.
  func input(_ index: Int = 0) -> ck_input { ck_input(workspace.view(of: step.inputs[index])) }
  /// The memory of the result.
  var output: ck_view { workspace.view(of: step.output) }
  /// Returns the scratch memory of one team member.
  func scratch(_ member: Int) -> UnsafeMutablePointer<Float> { workspace.scratch[member].pointer }

  /// The epilogue: the operations applied to each result before it is stored.
  var epilogue: ck_epilogue {
    ck_epilogue(
      scale: packed.scale.map { UnsafePointer($0.pointer) },
      shift: packed.shift.map { UnsafePointer($0.pointer) },
      residual: step.residual.map { ck_input(workspace.view(of: $0)) } ?? ck_input(),
      activation: ck_activation(step.activation), sums: sums)
  }

  /// The destination of the sums that the step takes.
  var sums: ck_sums {
    let sums = workspace.sums
    return ck_sums(
      raw: step.sums[.raw].map { sums[$0] }, pre_activation: step.sums[.preActivation].map { sums[$0] },
      output: step.sums[.output].map { sums[$0] }, stride: outputShape.channels)
  }
}

/// Division of a step's work among the members of a team. The arithmetic of every output is the same as with
/// one thread, so the bytes are identical.
extension Call {
  /// The number of channels in one vector register and in one cache line. The size of each part is a multiple
  /// of this number.
  static let lineChannels = 16

  /// The number of threads that share the step.
  var members: Int { workspace.team?.count ?? 1 }

  /// Splits `count` channels or positions among the members and calls `body` once per member. Parts begin at
  /// multiples of `unit`; when there are several, each has at least `unit`.
  func divide(_ count: Int, by unit: Int, _ body: (_ part: Range<Int>, _ member: Int) -> Void) {
    let units = unit > 0 ? count / unit : 1
    let parts = max(min(members, units), 1)
    guard let team = workspace.team, parts > 1 else { return body(0..<count, 0) }
    team.run(parts: parts) { member in
      let first = member * units / parts * unit
      let end = member + 1 == parts ? count : (member + 1) * units / parts * unit
      body(first..<end, member)
    }
  }
}

/// Helpers that several operations share.
extension Call {
  /// Copies the given number of positions of each image.
  func copy(positions: Int, channels: Int, from: ck_input, to: ck_view) {
    var epilogue = ck_epilogue()
    kernels.pointee.map(Int32(positions), Int32(channels), imageCount, from, &epilogue, to)
  }

  /// Writes the mean over the positions of the first input.
  func writeMean(to target: ck_view) {
    let shape = inputShape()
    withUnsafeTemporaryAllocation(of: Double.self, capacity: shape.channels * images) { sums in
      kernels.pointee.column_sums(
        Int32(shape.positions), Int32(shape.channels), imageCount, input(), sums.baseAddress, shape.channels)
      for image in 0..<images {
        for channel in 0..<shape.channels {
          target.data[image * target.image_stride + channel] =
            Float(sums[image * shape.channels + channel] / Double(shape.positions))
        }
      }
    }
  }

  /// The C type of a pooling kernel.
  typealias Pool = @convention(c) (UnsafePointer<ck_window>?, Int32, Int32, ck_input, ck_view) -> Void

  /// Runs a pooling kernel, with the channels divided among the members.
  func pool(_ kernel: Pool?, _ window: Window) {
    let geometry = ck_window(window, from: inputShape(), to: outputShape)
    let (input, output) = (input(), output)
    divide(outputShape.channels, by: Self.lineChannels) { channels, _ in
      var geometry = geometry
      kernel?(
        &geometry, Int32(channels.count), imageCount, input.from(channels.lowerBound),
        output.from(channels.lowerBound))
    }
  }
}

extension ck_view {
  /// Returns the same view, beginning at a channel.
  func from(_ channel: Int) -> ck_view {
    var view = self
    view.data = data.map { $0 + channel }
    return view
  }

  /// Returns the same view, beginning at a position.
  func from(position: Int) -> ck_view {
    var view = self
    view.data = data.map { $0 + position * position_stride }
    return view
  }
}

extension ck_input {
  /// Creates a read-only view of the same values.
  init(_ view: ck_view) {
    self.init(
      data: UnsafePointer(view.data), position_stride: view.position_stride, image_stride: view.image_stride)
  }

  /// Returns the same view, beginning at a channel.
  func from(_ channel: Int) -> ck_input {
    var input = self
    input.data = data.map { $0 + channel }
    return input
  }

  /// Returns the same view, beginning at a position.
  func from(position: Int) -> ck_input {
    var input = self
    input.data = data.map { $0 + position * position_stride }
    return input
  }
}

extension ck_epilogue {
  /// Returns the same epilogue, beginning at a channel.
  func from(_ channel: Int) -> ck_epilogue {
    var part = self
    part.scale = scale.map { $0 + channel }
    part.shift = shift.map { $0 + channel }
    part.residual = residual.from(channel)
    part.sums.raw = sums.raw.map { $0 + channel }
    part.sums.pre_activation = sums.pre_activation.map { $0 + channel }
    part.sums.output = sums.output.map { $0 + channel }
    return part
  }
}
