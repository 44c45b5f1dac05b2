private import CKernels
import Tensor

extension Workspace {
  /// The operations that treat the positions of their input alike.
  func executePositionwise(_ packed: PackedStep, images: Int32) {
    let step = packed.step
    let k = kernels.pointee
    let input = plan.shapes[step.inputs[0]]
    let (positions, channels) = (Int32(input.positions), Int32(input.channels))
    let x = view(of: step.inputs[0])
    switch step.operation {
    case .map:
      map(positions, input.channels, images: images, x, epilogue(of: packed), to: view(of: step.output))
    case .globalAverage: mean(of: step.inputs[0], images: Int(images), to: view(of: step.output))
    case .layerNorm(_, _, let epsilon): normalize(packed, epsilon: epsilon, images: images)
    case .localResponseNorm(let norm):
      k.local_response_norm(
        positions, channels, images, x, Int32(norm.size), Float(norm.alpha), Float(norm.beta), Float(norm.k),
        view(of: step.output))
    case .softmax: k.softmax(positions, channels, images, x, view(of: step.output))
    case .attention(let heads): attend(step, heads: heads, images: images)
    case .firstToken(let token):
      var rest = view(of: step.output)
      let first = rest
      rest.data += rest.position_stride
      copy(positions: input.positions, channels: input.channels, images: Int(images), from: x, to: rest)
      guard token != nil else { return mean(of: step.inputs[0], images: Int(images), to: first) }
      let vector = ck_view(data: packed.weight?.pointer, position_stride: 0, image_stride: 0)
      copy(positions: 1, channels: input.channels, images: Int(images), from: vector, to: first)
    case .addMatrix:
      var epilogue = ck_epilogue()
      epilogue.residual = ck_view(
        data: packed.weight?.pointer, position_stride: input.channels, image_stride: 0)
      k.map(positions, channels, images, x, &epilogue, view(of: step.output))
    case .concatenate:
      for (part, channel) in plan.storage.copiedParts(of: step) {
        var target = view(of: step.output)
        target.data += channel
        copy(
          positions: input.positions, channels: plan.shapes[part].channels, images: Int(images),
          from: view(of: part), to: target)
      }
    case .record(let record): keep(record, of: step.inputs[0], images: Int(images))
    case .view, .convolution, .depthwise, .maxPool, .averagePool: break
    }
  }

  private func attend(_ step: Step, heads: Int, images: Int32) {
    let width = plan.shapes[step.output].channels
    let query = view(of: step.inputs[0])
    var (key, value) = (query, query)
    if step.inputs.count == 3 {
      (key, value) = (view(of: step.inputs[1]), view(of: step.inputs[2]))
    } else {
      key.data += width
      value.data += 2 * width
    }
    attend(
      queries: Int32(plan.shapes[step.inputs[0]].positions),
      keys: Int32(plan.shapes[step.inputs.last ?? 0].positions), heads: heads, headSize: width / heads,
      images: images, query, key, value, to: view(of: step.output))
  }

  private func keep(_ record: Step.Record, of value: Int, images: Int) {
    let shape = plan.shapes[value]
    let x = view(of: value)
    let (positions, channels) = (Int32(shape.positions), Int32(shape.channels))
    switch record {
    case .sums(let slot):
      kernels.pointee.column_sums(positions, channels, Int32(images), x, sums[slot], shape.channels)
    case .baselines(let tap):
      let map = shape.mapExtents ?? (height: 1, width: shape.positions)
      kernels.pointee.baselines(
        Int32(map.height), Int32(map.width), channels, Int32(images), x, baselines[tap].nonPositive,
        baselines[tap].contrast, shape.channels)
    case .values(let tap, .max):
      kernels.pointee.column_maxima(
        positions, channels, Int32(images), x, tapValues[tap].pointer, shape.channels)
    case .values(let tap, .none) where shape.rank == 3:
      for image in 0..<images {
        kernels.pointee.transpose(
          positions, channels, x.data + image * x.image_stride, x.position_stride,
          tapValues[tap].pointer + image * shape.count)
      }
    case .values(let tap, let reduction):
      let kept = reduction == .token0 ? 1 : shape.positions
      let target = ck_view(
        data: tapValues[tap].pointer, position_stride: shape.channels,
        image_stride: kept * shape.channels)
      copy(positions: kept, channels: shape.channels, images: images, from: x, to: target)
    }
  }

  private func copy(positions: Int, channels: Int, images: Int, from: ck_view, to: ck_view) {
    var epilogue = ck_epilogue()
    kernels.pointee.map(Int32(positions), Int32(channels), Int32(images), from, &epilogue, to)
  }

  /// Writes the mean over the positions of a value.
  private func mean(of value: Int, images: Int, to target: ck_view) {
    let shape = plan.shapes[value]
    withUnsafeTemporaryAllocation(of: Double.self, capacity: shape.channels * images) { sums in
      kernels.pointee.column_sums(
        Int32(shape.positions), Int32(shape.channels), Int32(images), view(of: value), sums.baseAddress,
        shape.channels)
      for image in 0..<images {
        for channel in 0..<shape.channels {
          target.data[image * target.image_stride + channel] =
            Float(sums[image * shape.channels + channel] / Double(shape.positions))
        }
      }
    }
  }
}
