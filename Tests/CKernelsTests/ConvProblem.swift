import CKernels
import TestSupport
import Testing

/// A dense convolution: its geometry, and the memory layout of its input and output.
struct ConvProblem: CustomTestStringConvertible, Sendable {
  var height = 1
  var width = 1
  var input = 1
  var output = 1
  var kernel = (height: 1, width: 1)
  var stride = (y: 1, x: 1)
  var padding = (top: 0, left: 0, bottom: 0, right: 0)
  var images = 1
  /// The number of guard cells between positions and between images.
  var gap = (position: 0, image: 0)

  var outHeight: Int { (height + padding.top + padding.bottom - kernel.height) / stride.y + 1 }
  var outWidth: Int { (width + padding.left + padding.right - kernel.width) / stride.x + 1 }
  var positions: Int { outHeight * outWidth }
  var depth: Int { kernel.height * kernel.width * input }
  var inStride: Int { input + gap.position }
  var inImage: Int { height * width * inStride + gap.image }
  var outStride: Int { output + gap.position }
  var outImage: Int { positions * outStride + gap.image }

  var testDescription: String {
    "\(images)×\(height)×\(width)×\(input) → \(outHeight)×\(outWidth)×\(output),"
      + " kernel \(kernel), stride \(stride), padding \(padding), gaps \(gap)"
  }

  /// Returns a linear layer on `positions` positions.
  static func linear(_ positions: Int, _ input: Int, _ output: Int, images: Int = 1, gap: Int = 0)
    -> ConvProblem
  {
    ConvProblem(
      height: positions, input: input, output: output, images: images, gap: (position: gap, image: 2 * gap))
  }

  /// Returns a convolution of a square map with a square kernel.
  static func square(
    _ size: Int, _ input: Int, _ output: Int, kernel: Int, stride: Int = 1, padding: Int = 0, images: Int = 1,
    gap: Int = 0
  ) -> ConvProblem {
    ConvProblem(
      height: size, width: size, input: input, output: output, kernel: (kernel, kernel),
      stride: (stride, stride),
      padding: (padding, padding, padding, padding), images: images, gap: (position: gap, image: gap))
  }

  /// The description that the kernels take.
  var convolution: ck_convolution {
    let window = ck_window(
      in_height: Int32(height), in_width: Int32(width), out_height: Int32(outHeight),
      out_width: Int32(outWidth),
      kernel_height: Int32(kernel.height), kernel_width: Int32(kernel.width), stride_y: Int32(stride.y),
      stride_x: Int32(stride.x), pad_top: Int32(padding.top), pad_left: Int32(padding.left))
    return ck_convolution(
      window: window, in_channels: Int32(input), out_channels: Int32(output),
      prologue: ck_prologue(), precision: CK_FP32)
  }

  /// Returns the input position that output position `position` reads at a tap; nil outside the map.
  func source(of position: Int, tap: Int) -> Int? {
    let y = position / outWidth * stride.y - padding.top + tap / kernel.width
    let x = position % outWidth * stride.x - padding.left + tap % kernel.width
    return (0..<height).contains(y) && (0..<width).contains(x) ? y * width + x : nil
  }
}

/// Random numbers for a problem, from a seed.
struct ConvData: Sendable {
  var input: [Float]
  let weight, scale, shift, residual: [Float]

  init(_ problem: ConvProblem, seed: UInt64 = 1) {
    var generator = SplitMix(seed: seed)
    func values(_ count: Int) -> [Float] { (0..<count).map { _ in Float(generator.nextUnit() * 2 - 1) } }
    var input = [Float](repeating: .nan, count: problem.images * problem.inImage)  // NaN in the gaps
    for image in 0..<problem.images {
      for position in 0..<problem.height * problem.width {
        let first = image * problem.inImage + position * problem.inStride
        input.replaceSubrange(first..<first + problem.input, with: values(problem.input))
      }
    }
    self.input = input
    weight = values(problem.output * problem.depth)
    scale = values(problem.output)
    shift = values(problem.output)
    residual = values(problem.images * problem.outImage)
  }
}

/// The results of one call.
struct ConvResult: Equatable {
  /// The whole memory of the output, including gaps.
  var output: [Float]
  /// The sums per image and channel.
  var raw, preActivation, activated: [Double]

  /// Returns whether the results are equal bit for bit, including NaN and signed zeros.
  static func == (a: ConvResult, b: ConvResult) -> Bool {
    a.output.map(\.bitPattern) == b.output.map(\.bitPattern)
      && [a.raw, a.preActivation, a.activated].map { $0.map(\.bitPattern) }
        == [b.raw, b.preActivation, b.activated].map { $0.map(\.bitPattern) }
  }
}

/// The parts of an epilogue that a call uses.
struct ConvEpilogue: OptionSet, Sendable {
  let rawValue: Int
  static let scale = ConvEpilogue(rawValue: 1)
  static let shift = ConvEpilogue(rawValue: 2)
  static let residual = ConvEpilogue(rawValue: 4)
  /// The residual is the previous contents of the output.
  static let inPlace = ConvEpilogue(rawValue: 8)
  static let sums = ConvEpilogue(rawValue: 16)
  /// Only the raw sums.
  static let rawSums = ConvEpilogue(rawValue: 32)
  static let everything: ConvEpilogue = [.scale, .shift, .residual, .sums]
}

extension Kernels {
  /// The value of memory that the kernels must not change.
  static let untouched: Float = -77

  /// Returns the tier's algorithm for a problem.
  func kernel(of problem: ConvProblem) -> String {
    var convolution = problem.convolution
    convolution.precision = precision
    return table.pointee.conv_kernel(&convolution).map { String(cString: $0) } ?? ""
  }

  /// Runs a problem on its images `images`, by default all of them, in one call.
  func convolve(
    _ problem: ConvProblem, _ data: ConvData, _ parts: ConvEpilogue,
    _ activation: ck_activation = CK_IDENTITY,
    images: Range<Int>? = nil, prologue: ck_prologue = ck_prologue()
  ) -> ConvResult {
    let images = images ?? 0..<problem.images
    var convolution = problem.convolution
    convolution.prologue = prologue
    convolution.precision = precision
    let packed = AlignedFloats(count: table.pointee.conv_packed_size(&convolution))
    let scratch = AlignedFloats(count: table.pointee.conv_scratch(&convolution))
    table.pointee.conv_pack(&convolution, data.weight, packed.pointer)
    let window = images.lowerBound * problem.outImage..<images.upperBound * problem.outImage
    var output = [Float](repeating: Self.untouched, count: window.count)
    if parts.contains(.inPlace) { output = Array(data.residual[window]) }
    let sums = [Double](repeating: -1, count: images.count * problem.output)
    var result = ConvResult(output: output, raw: sums, preActivation: sums, activated: sums)
    // Copies whose addresses are constant during the call.
    var (input, scale, shift, residual) = (data.input, data.scale, data.shift, data.residual)
    input.withUnsafeMutableBufferPointer { input in
      scale.withUnsafeMutableBufferPointer { scale in
        shift.withUnsafeMutableBufferPointer { shift in
          residual.withUnsafeMutableBufferPointer { residual in
            result.output.withUnsafeMutableBufferPointer { output in
              result.raw.withUnsafeMutableBufferPointer { raw in
                result.preActivation.withUnsafeMutableBufferPointer { preActivation in
                  result.activated.withUnsafeMutableBufferPointer { activated in
                    func view(_ data: UnsafeMutablePointer<Float>?, _ position: Int, _ image: Int) -> ck_input
                    {
                      ck_input(data: data, position_stride: position, image_stride: image)
                    }
                    let out = ck_view(
                      data: output.baseAddress, position_stride: problem.outStride,
                      image_stride: problem.outImage)
                    var epilogue = ck_epilogue()
                    if parts.contains(.scale) { epilogue.scale = UnsafePointer(scale.baseAddress) }
                    if parts.contains(.shift) { epilogue.shift = UnsafePointer(shift.baseAddress) }
                    if parts.contains(.residual) {
                      let first = residual.baseAddress.map { $0 + window.lowerBound }
                      epilogue.residual = view(first, problem.outStride, problem.outImage)
                    }
                    if parts.contains(.inPlace) {
                      epilogue.residual = view(output.baseAddress, problem.outStride, problem.outImage)
                    }
                    epilogue.activation = activation
                    if parts.contains(.sums) {
                      epilogue.sums = ck_sums(
                        raw: raw.baseAddress, pre_activation: preActivation.baseAddress,
                        output: activated.baseAddress, stride: problem.output)
                    }
                    if parts.contains(.rawSums) {
                      epilogue.sums = ck_sums(
                        raw: raw.baseAddress, pre_activation: nil, output: nil, stride: problem.output)
                    }
                    let first = input.baseAddress.map { $0 + images.lowerBound * problem.inImage }
                    table.pointee.conv(
                      &convolution, Int32(images.count), view(first, problem.inStride, problem.inImage),
                      packed.pointer, &epilogue, out, scratch.pointer)
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
