internal import CKernels
package import Tensor

/// A 2-D convolution of channels × height × width; a cross-correlation, as in PyTorch.
package struct Conv2d: Layer, Hashable {
  /// The number of output channels.
  package let outputChannels: Int
  /// The sliding window.
  package let window: Window
  /// Whether each channel is convolved with its own kernel (PyTorch's `groups` equal to the channels).
  package let depthwise: Bool
  /// Whether a bias is added to each output channel.
  package let hasBias: Bool

  /// Creates a convolution.
  package init(_ outputChannels: Int, window: Window, depthwise: Bool = false, hasBias: Bool = false) {
    (self.outputChannels, self.window, self.depthwise, self.hasBias) =
      (outputChannels, window, depthwise, hasBias)
  }

  package var kind: String { depthwise ? "conv2d_depthwise" : "conv2d" }

  /// Returns `weight`, output × input × kernel × kernel (input is 1 when depthwise), then `bias`, output.
  package func parameters(for inputs: [Shape]) -> [LayerParameter] {
    let weight: Shape = [outputChannels, depthwise ? 1 : inputs[0][0], window.kernel, window.kernel]
    return [LayerParameter("weight", shape: weight)]
      + (hasBias ? [LayerParameter("bias", shape: [outputChannels])] : [])
  }

  package func outputShape(for inputs: [Shape]) throws(GraphError) -> Shape {
    let (height, width) = try window.outputExtents(of: inputs[0], layer: kind)
    guard !depthwise || inputs[0][0] == outputChannels else {
      throw .incompatible(layer: kind, shapes: inputs, reason: "it has \(outputChannels) channels")
    }
    return [outputChannels, height, width]
  }

  package func multiplyAdds(for inputs: [Shape], output: Shape) -> Int {
    output.count * (depthwise ? 1 : inputs[0][0]) * window.kernel * window.kernel
  }

  package func lower(_ parameters: [Tensor], into step: inout Step) {
    step.operation =
      depthwise
      ? DepthwiseConvolution(window: window, weight: .stored(parameters[0]))
      : DenseConvolution(window: window, weight: .stored(parameters[0]))
    if hasBias { step.affine = .offset(parameters[1]) }
  }
}

extension Value {
  /// Convolves a map. The module `name` has `weight` and, with `bias`, `bias`.
  public func conv2d(
    _ name: String, _ channels: Int, kernel: Int, stride: Int = 1, padding: Padding = 0, bias: Bool = false
  ) throws(GraphError) -> Value {
    let window = Window(kernel: kernel, stride: stride, padding: padding)
    return try applying(Conv2d(channels, window: window, hasBias: bias), name)
  }
}

/// A dense convolution, or a linear map of each position (the 1×1 convolution of a map one position wide).
package struct DenseConvolution: Operation {
  package let window: Window
  /// The weights, output × input × kernel × kernel until packed.
  var weight: Weight

  package var kernelName: String { "convolution \(window.kernel)×\(window.kernel)/\(window.stride)" }
  package var traits: OperationTraits {
    window == Window(kernel: 1, stride: window.stride) ? [.hasEpilogue, .takesPrologue] : .hasEpilogue
  }
  package var packedWeights: [AlignedBuffer] { weight.buffers }

  /// Returns no values: the windows still read the input when the first results are written.
  package func overwritable(by step: Step) -> [Int] {
    step.residual.map { step.inputs.contains($0) ? [] : [$0] } ?? []
  }

  package mutating func pack(at site: Site) {
    var geometry = geometry(at: site)
    weight.pack { tensor in
      let packed = AlignedBuffer(count: site.kernels.pointee.conv_packed_size(&geometry))
      tensor.withUnsafeBufferPointer {
        site.kernels.pointee.conv_pack(&geometry, $0.baseAddress, packed.pointer)
      }
      return packed
    }
  }

  package func family(at site: Site) -> String {
    site.output.rank == 3 ? "convolution \(window.kernel)×\(window.kernel)" : "linear"
  }

  package func kernel(at site: Site) -> String {
    var geometry = geometry(at: site)
    let way = site.kernels.pointee.conv_kernel(&geometry).map { String(cString: $0) } ?? ""
    let first = site.step.prologue.map { $0.relu ? "scale-shift, relu, " : "scale-shift, " } ?? ""
    return "\(first)\(kernelName) \(way)"
  }

  package func work(at site: Site) -> Work {
    let read = site.input.channels * window.area
    return Work(
      multiplyAdds: site.output.count * read,
      elements: site.elements - window.unseen(of: site.input, by: site.output))
  }

  package func scratchCount(at site: Site, members: Int) -> Int {
    var geometry = geometry(at: site)
    geometry.prologue = ck_prologue(site.packed)
    let kernels = site.kernels.pointee
    var needed = kernels.conv_scratch(&geometry)
    guard members > 1, kernels.conv_part_channels > 0 else { return needed }
    // Fewer channels per part may allow larger blocks of positions.
    let (channels, unit) = (geometry.out_channels, kernels.conv_part_channels)
    for width in stride(from: unit, to: channels, by: Int(unit)) {
      for width in [width, width + channels % unit] {
        geometry.out_channels = width
        needed = max(needed, kernels.conv_scratch(&geometry))
      }
    }
    return needed
  }

  /// Computes the output channels, divided among the members of a team.
  package func run(_ call: Call) {
    let kernels = call.kernels.pointee
    var whole = geometry(at: call.site)
    whole.prologue = ck_prologue(call.packed)
    let (input, output, epilogue) = (call.input(), call.output, call.epilogue)
    call.divide(Int(whole.out_channels), by: Int(kernels.conv_part_channels)) { channels, member in
      var (all, part) = (whole, whole)
      part.out_channels = Int32(channels.count)
      let offset = channels.lowerBound == 0 ? 0 : kernels.conv_part(&all, Int32(channels.lowerBound))
      var epilogue = epilogue.from(channels.lowerBound)
      kernels.conv(
        &part, call.imageCount, input, weight.pointer.map { UnsafePointer($0 + offset) }, &epilogue,
        output.from(channels.lowerBound), call.scratch(member))
    }
  }

  private func geometry(at site: Site) -> ck_convolution {
    ck_convolution(window, from: site.input, to: site.output, site.options.precision)
  }
}
