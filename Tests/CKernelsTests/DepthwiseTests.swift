import CKernels
import TestSupport
import Testing

@Suite("Depthwise convolution")
struct DepthwiseTests {
  /// Widths around tiles of 7 and 14, heights around bands, channels around strips of 8, 16 and 32;
  /// ConvNeXt's 7x7; strides and kernels for the general loop; maps too wide for the buffer of rows.
  static let problems: [WindowProblem] =
    [1, 2, 6, 7, 8, 13, 14, 15, 20, 21, 22, 28, 29, 56].enumerated().map {
      .square(
        $1, [1, 3, 8, 9, 16, 17, 31, 32, 33, 40, 64, 65][$0 % 12], kernel: 7, padding: 3,
        images: $1 < 30 ? 3 : 1, gap: $0 % 3)
    } + [
      .square(9, 20, kernel: 3, padding: 1, images: 3),
      .square(15, 33, kernel: 3, stride: 2, padding: 1, gap: 2),
      .square(12, 7, kernel: 5, padding: 2, images: 2), .square(23, 5, kernel: 7, stride: 4, padding: 3),
      .square(20, 18, kernel: 13, padding: 2, images: 2, gap: 3), .square(3, 4, kernel: 3),
      WindowProblem(
        height: 30, width: 5, channels: 37, kernel: (4, 3), stride: (3, 1),
        padding: (top: 2, left: 0, bottom: 1, right: 2), images: 3, gap: 1),
      WindowProblem(
        height: 8, width: 130, channels: 12, kernel: (7, 7), padding: (3, 3, 3, 3), images: 2, gap: 2),
      WindowProblem(
        height: 5, width: 300, channels: 35, kernel: (5, 3), stride: (1, 2),
        padding: (top: 2, left: 1, bottom: 0, right: -4)),
    ]

  private struct Result {
    let output: Batch
    let sums: Sums
  }

  /// Runs the kernel with every part of the epilogue, or only for the accumulators.
  private func run(
    _ kernels: Kernels, _ problem: WindowProblem, _ input: Batch, full: Bool = true,
    activation: ck_activation = CK_IDENTITY, imageByImage: Bool = false, residual: Batch? = nil,
    part: Int? = nil
  ) -> Result {
    let result = Result(
      output: residual ?? problem.output(), sums: Sums(images: problem.images, channels: problem.channels))
    let weight = weights(problem)
    let constants = constants(problem)
    var window = problem.window
    for image in imageByImage ? Array(0..<problem.images) : [0] {
      var epilogue = ck_epilogue()
      if full {
        (epilogue.scale, epilogue.shift) = (
          UnsafePointer(constants.data), UnsafePointer(constants.data + problem.channels)
        )
      }
      if residual != nil { epilogue.residual = result.output.view(from: image) }
      epilogue.activation = activation
      var sums = result.sums.pointers
      sums.raw += image * problem.channels
      sums.pre_activation += image * problem.channels
      sums.output += image * problem.channels
      epilogue.sums = sums
      let images = imageByImage ? 1 : Int32(problem.images)
      var input: ck_input = input.view(from: image)
      var output: ck_view = result.output.view(from: image)
      // The channels are computed in parts, each with its part of all per-channel arguments.
      var first = 0
      while first < problem.channels {
        let count = min(part ?? problem.channels, problem.channels - first)
        kernels.table.pointee.depthwise(
          &window, Int32(count), images, input, weight.data + first, problem.channels, &epilogue, output)
        first += count
        input.data += count
        output.data += count
        if full {
          epilogue.scale += count
          epilogue.shift += count
        }
        if residual != nil { epilogue.residual.data += count }
        epilogue.sums.raw += count
        epilogue.sums.pre_activation += count
        epilogue.sums.output += count
      }
    }
    withExtendedLifetime((weight, constants)) {}
    return result
  }

  private func weights(_ problem: WindowProblem) -> Batch {
    Batch(positions: problem.kernel.height * problem.kernel.width, channels: problem.channels, seed: 2)
  }

  /// Returns the scale, then the shift.
  private func constants(_ problem: WindowProblem) -> Batch {
    Batch(positions: 2, channels: problem.channels, seed: 3)
  }

  /// The error bound. The sum of n products has an error of at most n roundings of the sum of magnitudes
  /// (Higham, Accuracy and Stability of Numerical Algorithms, 3.1). Scale and shift add one each.
  @Test("gives the double-precision result within its error bound", arguments: Kernels.supported, problems)
  func accuracy(kernels: Kernels, problem: WindowProblem) {
    let (input, weight, constants) = (problem.input(), weights(problem), constants(problem))
    let output = run(kernels, problem, input).output
    let chain = kernels.name == "scalar" ? 1 : Double(problem.kernel.height * problem.kernel.width)
    var worst = WorstRatio()
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        let sources = problem.sources(of: position)
        for channel in 0..<problem.channels {
          var (sum, magnitude) = (0.0, 0.0)
          for (tap, source) in sources {
            let product = Double(input[image, source, channel]) * Double(weight[0, tap, channel])
            sum += product
            magnitude += abs(product)
          }
          let (scale, shift) = (Double(constants[0, 0, channel]), Double(constants[0, 1, channel]))
          let bound = roundoff * ((chain + 2) * magnitude * abs(scale) + 2 * abs(shift))
          worst.add(
            output[image, position, channel], expected: sum * scale + shift, bound: bound,
            "\(image), \(position), \(channel)")
        }
      }
    }
    #expect(worst.ratio <= 1, "\(worst)")
    #expect(output.foreignCellsUntouched)
  }

  @Test("sums every stage by the definition", arguments: Kernels.supported, problems)
  func sums(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let full = run(kernels, problem, input, activation: CK_RELU)
    let unactivated = run(kernels, problem, input)
    let accumulators = run(kernels, problem, input, full: false)
    #expect(full.sums.raw == kernels.expectedSums(accumulators.output))
    #expect(full.sums.preActivation == kernels.expectedSums(unactivated.output))
    #expect(full.sums.output == kernels.expectedSums(full.output))
  }

  @Test("gives a batch the same bytes as its images one by one", arguments: Kernels.supported, problems)
  func batches(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let together = run(kernels, problem, input, activation: CK_GELU)
    let apart = run(kernels, problem, input, activation: CK_GELU, imageByImage: true)
    #expect(together.output.bits == apart.output.bits)
    #expect(together.sums.output == apart.sums.output && together.sums.raw == apart.sums.raw)
  }

  @Test(
    "gives a subset of the channels the same bytes as all channels", arguments: Kernels.supported, problems)
  func parts(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let whole = run(kernels, problem, input, activation: CK_RELU)
    let parts = run(kernels, problem, input, activation: CK_RELU, part: 5)
    #expect(whole.output.bits == parts.output.bits)
    #expect(whole.sums.output == parts.sums.output && whole.sums.raw == parts.sums.raw)
  }

  @Test("adds a residual that is its output", arguments: Kernels.supported, problems)
  func residual(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let before = Batch(
      images: problem.images, positions: problem.positions, channels: problem.channels, gap: problem.gap,
      seed: 9)
    let added = run(kernels, problem, input, residual: before.copy()).output.values
    let plain = run(kernels, problem, input).output.values
    #expect(zip(added, zip(plain, before.values)).allSatisfy { $0 == $1.0 + $1.1 })
  }

  @Test(
    "passes a NaN only to the outputs that read it", arguments: Kernels.supported, problems)
  func notANumber(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let (poisoned, channel) = (problem.height * problem.width / 2, problem.channels / 2)
    input[0, poisoned, channel] = .nan
    let output = run(kernels, problem, input).output
    let wrong = (0..<problem.positions).filter { position in
      let seesIt = problem.sources(of: position).contains { $0.position == poisoned }
      return (0..<problem.channels).contains {
        output[0, position, $0].isNaN != (seesIt && $0 == channel)
      }
    }
    #expect(wrong.isEmpty)
  }
}
