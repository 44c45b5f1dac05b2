internal import CKernels
package import Tensor

extension Value {
  /// Convolves each channel of a map with its own kernel.
  public func depthwiseConv2d(_ name: String, kernel: Int, padding: Padding = 0, bias: Bool = false)
    throws(GraphError) -> Value
  {
    let window = Window(kernel: kernel, padding: padding)
    return try applying(Conv2d(channels, window: window, depthwise: true, hasBias: bias), name)
  }
}

/// A convolution of each channel with its own kernel. The layer is ``Conv2d``.
package struct DepthwiseConvolution: Operation {
  package let window: Window
  /// The weights: channels × 1 × kernel × kernel; once packed, kernel · kernel × channels.
  var weight: Weight

  package var kernelName: String { "depthwise \(window.kernel)×\(window.kernel)" }
  package var traits: OperationTraits { .hasEpilogue }
  package var packedWeights: [AlignedBuffer] { weight.buffers }
  package func family(at site: Site) -> String { "depthwise convolution" }

  /// Returns no values: the windows still read the input when the first results are written.
  package func overwritable(by step: Step) -> [Int] {
    step.residual.map { step.inputs.contains($0) ? [] : [$0] } ?? []
  }

  package mutating func pack(at site: Site) {
    weight.pack { tensor in
      let (channels, taps) = (tensor.shape[0], window.area)
      let packed = AlignedBuffer(count: channels * taps)
      tensor.withUnsafeBufferPointer { elements in
        for channel in 0..<channels {
          for tap in 0..<taps { packed.pointer[tap * channels + channel] = elements[channel * taps + tap] }
        }
      }
      return packed
    }
  }

  package func work(at site: Site) -> Work {
    Work(
      multiplyAdds: site.output.count * window.area,
      elements: site.elements - window.unseen(of: site.input, by: site.output))
  }

  /// Computes the channels, divided among the members of a team.
  package func run(_ call: Call) {
    let window = ck_window(window, from: call.inputShape(), to: call.outputShape)
    let (input, output, epilogue) = (call.input(), call.output, call.epilogue)
    let all = call.outputShape.channels
    call.divide(all, by: 2 * Call.lineChannels) { channels, _ in
      var (window, epilogue) = (window, epilogue.from(channels.lowerBound))
      call.kernels.pointee.depthwise(
        &window, Int32(channels.count), call.imageCount, input.from(channels.lowerBound),
        weight.pointer.map { UnsafePointer($0 + channels.lowerBound) }, all, &epilogue,
        output.from(channels.lowerBound))
    }
  }
}
