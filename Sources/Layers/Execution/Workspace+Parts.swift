internal import CKernels
import Tensor

/// A step's output channels or positions, divided among the members of a team. Every output is computed as it would be by
/// one thread, so the bytes are the same.
extension Workspace {
  /// Channels that vector instructions take together, and cache lines hold: what a part is a multiple of.
  private static let lineChannels = 16

  /// Calls `body` with each member's share of `count` channels or positions: multiples of `unit`, and no part smaller.
  private func divide(_ count: Int, by unit: Int, _ body: (_ part: Range<Int>, _ member: Int) -> Void) {
    let units = unit > 0 ? count / unit : 1
    let parts = max(min(team?.count ?? 1, units), 1)
    guard let team, parts > 1 else { return body(0..<count, 0) }
    team.run(parts: parts) { member in
      let first = member * units / parts * unit
      let end = member + 1 == parts ? count : (member + 1) * units / parts * unit
      body(first..<end, member)
    }
  }

  func convolve(_ convolution: ck_convolution, _ packed: PackedStep, images: Int32) {
    let k = kernels.pointee
    let (input, output) = (view(of: packed.step.inputs[0]), view(of: packed.step.output))
    let epilogue = epilogue(of: packed)
    divide(Int(convolution.out_channels), by: Int(k.conv_part_channels)) { channels, member in
      var part = convolution
      part.out_channels = Int32(channels.count)
      var whole = convolution
      let offset = channels.lowerBound == 0 ? 0 : k.conv_part(&whole, Int32(channels.lowerBound))
      var epilogue = epilogue.from(channels.lowerBound)
      k.conv(
        &part, images, input, packed.weight.map { UnsafePointer($0.pointer + offset) }, &epilogue,
        output.from(channels.lowerBound), scratch[member].pointer)
    }
  }

  func convolveDepthwise(_ window: ck_window, _ packed: PackedStep, images: Int32) {
    let (input, output) = (view(of: packed.step.inputs[0]), view(of: packed.step.output))
    let epilogue = epilogue(of: packed)
    let all = plan.shapes[packed.step.output].channels
    divide(all, by: 2 * Self.lineChannels) { channels, _ in
      var (window, epilogue) = (window, epilogue.from(channels.lowerBound))
      kernels.pointee.depthwise(
        &window, Int32(channels.count), images, input.from(channels.lowerBound),
        packed.weight.map { UnsafePointer($0.pointer + channels.lowerBound) }, all, &epilogue,
        output.from(channels.lowerBound))
    }
  }

  func map(
    _ positions: Int32, _ channels: Int, images: Int32, _ input: ck_view, _ epilogue: ck_epilogue,
    to output: ck_view
  ) {
    divide(channels, by: 2 * Self.lineChannels) { channels, _ in
      var epilogue = epilogue.from(channels.lowerBound)
      kernels.pointee.map(
        positions, Int32(channels.count), images, input.from(channels.lowerBound), &epilogue,
        output.from(channels.lowerBound))
    }
  }

  /// LayerNorm, its positions divided; sums, which run over all of them, are then taken channel by channel.
  func normalize(_ packed: PackedStep, epsilon: Float, images: Int32) {
    let shape = plan.shapes[packed.step.output]
    let (channels, positions) = (Int32(shape.channels), shape.positions)
    let (input, output) = (view(of: packed.step.inputs[0]), view(of: packed.step.output))
    let isDivided = (team?.count ?? 1) > 1
    let sums = sums(of: packed.step)
    divide(positions, by: 1) { part, _ in
      withUnsafePointer(to: sums) { sums in
        kernels.pointee.layer_norm(
          Int32(part.count), channels, images, input.from(position: part.lowerBound), packed.weight?.pointer,
          packed.bias?.pointer, epsilon, output.from(position: part.lowerBound), isDivided ? nil : sums)
      }
    }
    guard isDivided, let totals = sums.output else { return }
    divide(shape.channels, by: 2 * Self.lineChannels) { channels, _ in
      kernels.pointee.column_sums(
        Int32(positions), Int32(channels.count), images, output.from(channels.lowerBound),
        totals + channels.lowerBound, sums.stride)
    }
  }

  /// A pooling kernel.
  typealias Pool = @convention(c) (UnsafePointer<ck_window>?, Int32, Int32, ck_view, ck_view) -> Void

  func pool(_ kernel: Pool?, _ window: ck_window, _ step: Step, images: Int32) {
    let (input, output) = (view(of: step.inputs[0]), view(of: step.output))
    divide(plan.shapes[step.output].channels, by: Self.lineChannels) { channels, _ in
      var window = window
      kernel?(
        &window, Int32(channels.count), images, input.from(channels.lowerBound),
        output.from(channels.lowerBound))
    }
  }

  /// Attention, its heads divided.
  func attend(
    queries: Int32, keys: Int32, heads: Int, headSize: Int, images: Int32, _ query: ck_view, _ key: ck_view,
    _ value: ck_view, to output: ck_view
  ) {
    divide(heads, by: 1) { heads, member in
      let channel = heads.lowerBound * headSize
      kernels.pointee.attention(
        queries, keys, Int32(heads.count), Int32(headSize), images, query.from(channel), key.from(channel),
        value.from(channel), output.from(channel), scratch[member].pointer)
    }
  }
}

extension Plan {
  /// Elements of scratch the largest step, or part of one, needs for each of `members` threads.
  func scratchCount(_ kernels: ck_kernels, members: Int) -> Int {
    steps.reduce(0) { most, packed in
      let step = packed.step
      switch step.operation {
      case .convolution(let window, _):
        var convolution = ck_convolution(
          window, from: shapes[step.inputs[0]], to: shapes[step.output], options.precision)
        convolution.prologue = ck_prologue(packed)
        var needed = max(most, kernels.conv_scratch(&convolution))
        guard members > 1, kernels.conv_part_channels > 0 else { return needed }
        // Fewer channels may mean larger blocks of positions.
        let (channels, unit) = (convolution.out_channels, kernels.conv_part_channels)
        for width in stride(from: unit, to: channels, by: Int(unit)) {
          for width in [width, width + channels % unit] {
            convolution.out_channels = width
            needed = max(needed, kernels.conv_scratch(&convolution))
          }
        }
        return needed
      case .attention(let heads):
        let count = kernels.attention_scratch(
          Int32(shapes[step.inputs[0]].positions), Int32(shapes[step.inputs.last ?? 0].positions),
          Int32(heads), Int32(shapes[step.output].channels / heads))
        return max(most, count)
      default: return most
      }
    }
  }
}

extension ck_view {
  /// The same from a channel on.
  fileprivate func from(_ channel: Int) -> ck_view {
    var view = self
    view.data = data.map { $0 + channel }
    return view
  }

  /// The same from a position on.
  fileprivate func from(position: Int) -> ck_view {
    var view = self
    view.data = data.map { $0 + position * position_stride }
    return view
  }
}

extension ck_epilogue {
  /// The same from a channel on.
  fileprivate func from(_ channel: Int) -> ck_epilogue {
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
