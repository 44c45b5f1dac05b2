import CKernels
import Foundation
import Testing

extension ConvProblem {
  /// Sizes around every limit of the kernels: tiles of 6 and 14 positions, strips of 16 and 32 channels,
  /// blocks of 384 along K and of 56 or 112 positions, groups of sums, and strides that share cache sets.
  static let all: [ConvProblem] =
    [1, 2, 5, 6, 7, 8, 13, 14, 15, 20, 21, 27, 28, 29, 49, 50, 56, 57, 111, 112, 113, 225].enumerated().map {
      let depth = [1, 3, 16, 147, 204, 383, 385, 508][$0 % 8]
      return .linear($1, depth, [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65][$0 % 11], images: $1 < 60 ? 3 : 1)
    } + [
      .linear(50, 512, 48, images: 3), .linear(31, 1024, 33), .linear(9, 2049, 20, gap: 5),
      .linear(300, 700, 17, images: 2, gap: 3), .linear(6, 64, 2048), .linear(1, 512, 1000, images: 3),
      .linear(1, 385, 33, images: 115, gap: 1), .square(33, 3, 10, kernel: 3, padding: 1, images: 2),
      .square(9, 16, 20, kernel: 3, padding: 1, images: 3), .square(14, 3, 33, kernel: 3, padding: 1, gap: 2),
      .square(7, 64, 32, kernel: 3, padding: 1, images: 3), .square(7, 512, 5, kernel: 3, padding: 1),
      .square(15, 32, 16, kernel: 3, stride: 2, padding: 1, images: 3, gap: 1),
      .square(28, 5, 40, kernel: 3, padding: 1), .square(29, 4, 9, kernel: 3),
      .square(1, 8, 8, kernel: 3, padding: 1),
      .square(3, 2, 3, kernel: 3, padding: 2, images: 3),
      .square(13, 17, 24, kernel: 5, padding: 2, images: 3),
      .square(32, 3, 64, kernel: 7, stride: 2, padding: 3, images: 3),
      .square(30, 3, 16, kernel: 7, stride: 4, gap: 1),
      .square(64, 3, 50, kernel: 32, stride: 32, images: 3), .square(8, 9, 10, kernel: 4, stride: 4),
      .square(28, 256, 16, kernel: 1, stride: 2, images: 2),
      .square(9, 33, 16, kernel: 1, stride: 2, padding: 1),
      .square(10, 512, 32, kernel: 3, stride: 1, padding: 1, gap: 512),
      .square(2, 3, 4, kernel: 7, padding: 3),
      // Sizes for Winograd's tiles of 2x2 outputs: odd and even maps, several images in a block and several
      // blocks in an image, blocks of 192 along K, and partial strips.
      .square(4, 32, 32, kernel: 3, padding: 1), .square(5, 32, 33, kernel: 3, padding: 1, images: 9),
      .square(7, 48, 65, kernel: 3, padding: 1, images: 5, gap: 3), .square(7, 208, 40, kernel: 3, images: 2),
      .square(14, 64, 96, kernel: 3, padding: 1, images: 3),
      .square(29, 32, 47, kernel: 3, padding: 1, gap: 1),
      .square(9, 400, 48, kernel: 3, padding: 2), .square(7, 1024, 32, kernel: 3, padding: 1, images: 2),
      ConvProblem(
        height: 6, width: 41, input: 96, output: 48, kernel: (3, 3),
        padding: (top: 0, left: 2, bottom: 1, right: 0), images: 2, gap: (position: 0, image: 5)),
      ConvProblem(
        height: 11, width: 6, input: 6, output: 37, kernel: (3, 5), stride: (2, 1),
        padding: (top: 2, left: 0, bottom: 0, right: 3), images: 3, gap: (position: 4, image: 9)),
      ConvProblem(
        height: 5, width: 300, input: 2, output: 18, kernel: (5, 3), stride: (1, 1),
        padding: (top: 0, left: 2, bottom: 1, right: 0)),
      ConvProblem(
        height: 9, width: 40, input: 16, output: 12, kernel: (1, 7), stride: (1, 3),
        padding: (top: 1, left: 3, bottom: 1, right: 3), images: 2),
      ConvProblem(
        height: 10, width: 10, input: 8, output: 12, kernel: (3, 3), stride: (3, 3),
        padding: (top: 0, left: 0, bottom: -2, right: -3), images: 2),
    ] + tiles
}

@Suite("Dense convolution")
struct ConvTests {
  static let activations = [CK_IDENTITY, CK_RELU, CK_GELU, CK_QUICK_GELU]

  /// Returns the activation in double precision, and a bound of its slope.
  private func activate(_ activation: ck_activation, _ x: Double) -> (value: Double, slope: Double) {
    switch activation {
    case CK_RELU: (max(0, x), 1)
    case CK_GELU: (0.5 * x * erfc(-x * 0.5.squareRoot()), 1.13)
    case CK_QUICK_GELU: (x / (1 + exp(-1.702 * x)), 1.1)
    default: (x, 1)
    }
  }

  /// The error bound. The sum of K products in floating point has an error of at most n * u * sum |a b|
  /// (Higham, Accuracy and Stability, 3.1), with u = 2^-24 and n the longest chain of additions: K, or a
  /// block of K and the number of blocks. Each operation of the epilogue adds one u of its result, an
  /// activation adds a few.
  @Test(
    "gives the double-precision result within its error bound", arguments: Kernels.convolving, ConvProblem.all
  )
  func accuracy(kernels: Kernels, problem: ConvProblem) {
    let data = ConvData(problem)
    let unit = 0x1p-24
    let blocks = (problem.depth + 383) / 384
    let chain = ["scalar": 1, "blas": problem.depth][kernels.name] ?? min(problem.depth, 386) + blocks
    let split = SplitBound(kernels, problem)
    let winograd = kernels.kernel(of: problem) == "winograd" ? WinogradBound(problem, data) : nil
    let activation = Self.activations[(problem.positions + problem.output) % 4]
    let plain = kernels.convolve(problem, data, [])
    let full = kernels.convolve(problem, data, .everything, activation)
    var worst = (plain: 0.0, full: 0.0, index: 0)
    let taps = problem.kernel.height * problem.kernel.width
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        let sources = (0..<taps).map { problem.source(of: position, tap: $0) }
        for channel in 0..<problem.output {
          var (sum, magnitude) = (0.0, 0.0)
          for (tap, source) in sources.enumerated() {
            guard let source else { continue }
            for i in 0..<problem.input {
              let a = data.input[image * problem.inImage + source * problem.inStride + i]
              let product = Double(a) * Double(data.weight[(channel * problem.input + i) * taps + tap])
              sum += product
              magnitude += abs(product)
            }
          }
          let index = image * problem.outImage + position * problem.outStride + channel
          var bound = (split?.relative ?? Double(chain + 1) * unit) * magnitude
          if let winograd {
            magnitude = winograd.magnitude(image: image, position: position, channel: channel)
            bound = WinogradBound.roundings(depth: problem.input) * unit * magnitude
          }
          let (scale, shift) = (Double(data.scale[channel]), Double(data.shift[channel]))
          let residual = Double(data.residual[index])
          let (expected, slope) = activate(activation, sum * scale + shift + residual)
          let fullBound =
            slope * (bound * abs(scale) + 3 * unit * (magnitude * abs(scale) + abs(shift) + abs(residual)))
            + 8 * unit * abs(expected)
          let plainError = abs(Double(plain.output[index]) - sum)
          let fullError = abs(Double(full.output[index]) - expected)
          // The negated comparison fails for NaN.
          if !(plainError <= bound) || !(fullError <= fullBound) {
            worst = (plainError / bound, fullError / fullBound, index)
          }
        }
      }
    }
    #expect(worst.index == 0 && worst.plain == 0 && worst.full == 0, "over the bound: \(worst)")
  }

  // The worst-case bound would also accept an inaccurate transform. The average error does not.
  @Test(
    "is on average as accurate by minimal filtering as by the direct sum", arguments: Kernels.convolving,
    ConvProblem.all)
  func winogradAccuracy(kernels: Kernels, problem: ConvProblem) throws {
    guard kernels.kernel(of: problem) == "winograd" else { return }
    let data = ConvData(problem)
    let exact = try #require(Kernels.supported.first { $0.name == "scalar" }).convolve(problem, data, [])
      .output
    let ours = kernels.convolve(problem, data, []).output
    var (error, square) = (0.0, 0.0)
    for index in ours.indices where exact[index] != Kernels.untouched {
      error += pow(Double(ours[index]) - Double(exact[index]), 2)
      square += pow(Double(exact[index]), 2)
    }
    #expect((error / square).squareRoot() < 6e-7)
  }

  @Test(
    "passes a NaN through minimal filtering to the tiles of outputs that read it",
    arguments: Kernels.convolving
  )
  func notANumberInTiles(kernels: Kernels) {
    let problem = ConvProblem.square(9, 32, 40, kernel: 3, padding: 1)
    var data = ConvData(problem)
    data.input[(3 * 9 + 4) * problem.inStride + 2] = .nan
    let output = kernels.convolve(problem, data, [.scale, .shift], CK_RELU).output
    for index in output.indices {
      let (y, x) = (index / 40 / 9, index / 40 % 9)
      let sees = abs(y - 3) <= 1 && abs(x - 4) <= 1
      let sharesTile = (1...2).contains(y / 2) && (1...2).contains(x / 2)
      if sees { #expect(output[index].isNaN) }
      if !sees && !sharesTile { #expect(!output[index].isNaN) }
    }
  }

  @Test("does not write between positions and images", arguments: Kernels.convolving, ConvProblem.all)
  func gaps(kernels: Kernels, problem: ConvProblem) {
    let result = kernels.convolve(problem, ConvData(problem), .everything, CK_RELU)
    let touched = result.output.indices.filter {
      let inImage = $0 % problem.outImage
      let outside =
        inImage >= problem.positions * problem.outStride || inImage % problem.outStride >= problem.output
      return outside && result.output[$0] != Kernels.untouched
    }
    #expect(touched.isEmpty)
  }

  @Test(
    "gives a batch the same bytes as its images one by one", arguments: Kernels.convolving,
    ConvProblem.all.filter { $0.images > 1 })
  func batches(kernels: Kernels, problem: ConvProblem) {
    let data = ConvData(problem)
    for parts in [ConvEpilogue.everything, [.scale, .shift, .residual]] {
      var joined = ConvResult(output: [], raw: [], preActivation: [], activated: [])
      for image in 0..<problem.images {
        let one = kernels.convolve(problem, data, parts, CK_GELU, images: image..<image + 1)
        joined.output += one.output
        joined.raw += one.raw
        joined.preActivation += one.preActivation
        joined.activated += one.activated
      }
      #expect(kernels.convolve(problem, data, parts, CK_GELU) == joined)
    }
  }

  @Test("sums its results according to the definition", arguments: Kernels.convolving, ConvProblem.all)
  func sums(kernels: Kernels, problem: ConvProblem) {
    let data = ConvData(problem)
    let result = kernels.convolve(problem, data, .everything, CK_RELU)
    // The values after each stage come from calls that stop there. An accumulator has the same bytes in all
    // of them.
    let raw = kernels.convolve(problem, data, [])
    let preActivation = kernels.convolve(problem, data, [.scale, .shift, .residual])
    for image in 0..<problem.images {
      for channel in 0..<problem.output {
        let at = image * problem.output + channel
        func sum(_ values: [Float]) -> Double {
          kernels.sum(
            of: values, from: image * problem.outImage + channel, stride: problem.outStride,
            positions: problem.positions)
        }
        #expect(result.raw[at] == sum(raw.output))
        #expect(result.preActivation[at] == sum(preActivation.output))
        #expect(result.activated[at] == sum(result.output))
      }
    }
  }

  @Test(
    "gives the same raw sums alone as with the other sums", arguments: Kernels.convolving,
    ConvProblem.all
  )
  func rawSums(kernels: Kernels, problem: ConvProblem) {
    let data = ConvData(problem)
    for parts in [ConvEpilogue.everything, [.scale, .shift, .sums]] {
      let all = kernels.convolve(problem, data, parts, CK_RELU)
      let raw = kernels.convolve(problem, data, parts.subtracting(.sums).union(.rawSums), CK_RELU)
      #expect(raw.output.map(\.bitPattern) == all.output.map(\.bitPattern))
      #expect(raw.raw.map(\.bitPattern) == all.raw.map(\.bitPattern))
      #expect(raw.preActivation.allSatisfy { $0 == -1 } && raw.activated.allSatisfy { $0 == -1 })
    }
  }

  @Test(
    "applies its prologue like a map before it", arguments: Kernels.convolving,
    ConvProblem.all.filter { $0.kernel == (1, 1) && $0.padding == (0, 0, 0, 0) })
  func prologue(kernels: Kernels, problem: ConvProblem) {
    var data = ConvData(problem)
    data.input[problem.inStride * (problem.height * problem.width - 1)] = .nan
    let constants = Batch(positions: 2, channels: problem.input, seed: 11)
    let (scale, shift) = (constants.data, constants.data + problem.input)
    for relu in [true, false] {
      var prepared = data
      var epilogue = ck_epilogue()
      (epilogue.scale, epilogue.shift) = (UnsafePointer(scale), UnsafePointer(shift))
      epilogue.activation = relu ? CK_RELU : CK_IDENTITY
      prepared.input.withUnsafeMutableBufferPointer {
        let data = $0.baseAddress
        kernels.table.pointee.map(
          Int32(problem.height * problem.width), Int32(problem.input), Int32(problem.images),
          ck_input(data: data, position_stride: problem.inStride, image_stride: problem.inImage), &epilogue,
          ck_view(data: data, position_stride: problem.inStride, image_stride: problem.inImage))
      }
      let expected = kernels.convolve(problem, prepared, .everything, CK_RELU)
      let prologue = ck_prologue(scale: scale, shift: shift, relu: relu)
      #expect(kernels.convolve(problem, data, .everything, CK_RELU, prologue: prologue) == expected)
    }
  }

  @Test("gives the same bytes with and without sums", arguments: Kernels.convolving, ConvProblem.all)
  func sumsChangeNothing(kernels: Kernels, problem: ConvProblem) {
    let data = ConvData(problem)
    for activation in Self.activations {
      let with = kernels.convolve(problem, data, .everything, activation)
      let without = kernels.convolve(problem, data, [.scale, .shift, .residual], activation)
      #expect(with.output.map(\.bitPattern) == without.output.map(\.bitPattern))
    }
  }

  @Test("adds a residual that is its output", arguments: Kernels.convolving, ConvProblem.all)
  func residualInPlace(kernels: Kernels, problem: ConvProblem) {
    let data = ConvData(problem)
    let apart = kernels.convolve(problem, data, [.shift, .residual], CK_RELU)
    let inPlace = kernels.convolve(problem, data, [.shift, .inPlace], CK_RELU)
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        let first = image * problem.outImage + position * problem.outStride
        #expect(
          apart.output[first..<first + problem.output] == inPlace.output[first..<first + problem.output])
      }
    }
  }

  @Test("passes a NaN only to the outputs that read it", arguments: Kernels.convolving)
  func notANumber(kernels: Kernels) {
    let problem = ConvProblem.square(8, 5, 40, kernel: 3, padding: 1)
    var data = ConvData(problem)
    data.input[(3 * 8 + 4) * problem.inStride + 2] = .nan
    for activation in Self.activations {
      let output = kernels.convolve(problem, data, [.scale, .shift], activation).output
      for index in output.indices {
        let (y, x) = (index / 40 / 8, index / 40 % 8)
        #expect(output[index].isNaN == (abs(y - 3) <= 1 && abs(x - 4) <= 1))
      }
    }
  }
}
