import CKernels
import Foundation
import TestSupport
import Testing

/// The shape of a batch: positions and channels.
struct PositionsProblem: CustomTestStringConvertible, Sendable {
  let images: Int
  let positions: Int
  let channels: Int
  let gap: Int

  init(_ images: Int, _ positions: Int, _ channels: Int, gap: Int = 0) {
    (self.images, self.positions, self.channels, self.gap) = (images, positions, channels, gap)
  }

  var testDescription: String { "\(images)×\(positions)×\(channels), gap \(gap)" }

  func batch(seed: UInt64 = 1, in range: ClosedRange<Float> = -2...2) -> Batch {
    Batch(images: images, positions: positions, channels: channels, gap: gap, seed: seed, in: range)
  }

  /// Channels around the widths of one vector, of a strip and of four vectors; positions around groups of
  /// sums and blocks.
  static let all: [PositionsProblem] =
    [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129].enumerated().map {
      PositionsProblem(
        [3, 1, 2][$0 % 3], [1, 23, 24, 25, 27, 28, 29, 31, 32, 33, 57, 96][$0 % 12], $1, gap: $0 % 4)
    } + [
      PositionsProblem(3, 49, 1024), PositionsProblem(2, 50, 768, gap: 8), PositionsProblem(1, 1000, 20),
      PositionsProblem(2, 3136, 6, gap: 1), PositionsProblem(3, 1, 1008), PositionsProblem(1, 90, 2049),
    ]
}

@Suite("Pointwise operations and reductions over positions")
struct PointwiseTests {
  /// Returns the scale, then the shift, of each channel.
  private func constants(_ problem: PositionsProblem) -> Batch {
    Batch(positions: 2, channels: problem.channels, seed: 7)
  }

  /// Runs map with every part of the epilogue; `output` may be `input`.
  private func map(
    _ kernels: Kernels, _ input: Batch, to output: Batch, constants: Batch?, residual: Batch? = nil,
    activation: ck_activation = CK_IDENTITY, sums: Sums? = nil, image: Int = 0, images: Int? = nil
  ) {
    var epilogue = ck_epilogue()
    if let constants {
      epilogue.scale = UnsafePointer(constants.data)
      epilogue.shift = UnsafePointer(constants.data + constants.channels)
    }
    if let residual { epilogue.residual = residual.view(from: image) }
    epilogue.activation = activation
    if let sums { epilogue.sums = sums.pointers }
    kernels.table.pointee.map(
      Int32(input.positions), Int32(input.channels), Int32(images ?? input.images), input.view(from: image),
      &epilogue, output.view(from: image))
  }

  /// The error bound: one rounding each for the product, the shift and the residual, relative to the
  /// intermediate result.
  @Test(
    "scale, shift and add within one rounding per step", arguments: Kernels.supported, PositionsProblem.all)
  func arithmetic(kernels: Kernels, problem: PositionsProblem) {
    let (input, constants, residual) = (problem.batch(), constants(problem), problem.batch(seed: 2))
    let output = problem.batch(seed: 3)
    map(kernels, input, to: output, constants: constants, residual: residual, activation: CK_RELU)
    var worst = WorstRatio()
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        for channel in 0..<problem.channels {
          let product = Double(input[image, position, channel]) * Double(constants[0, 0, channel])
          let shifted = product + Double(constants[0, 1, channel])
          let sum = shifted + Double(residual[image, position, channel])
          worst.add(
            output[image, position, channel], expected: max(0, sum),
            bound: 1.001 * roundoff * (abs(product) + abs(shifted) + abs(sum)),
            "\(image), \(position), \(channel)")
        }
      }
    }
    #expect(worst.ratio <= 1, "\(worst)")
    #expect(output.foreignCellsUntouched)
  }

  @Test("work in place, also with a residual", arguments: Kernels.supported, PositionsProblem.all)
  func inPlace(kernels: Kernels, problem: PositionsProblem) {
    let (input, constants, apart) = (problem.batch(), constants(problem), problem.batch(seed: 3))
    map(kernels, input, to: apart, constants: constants, activation: CK_QUICK_GELU)
    let same = input.copy()
    map(kernels, same, to: same, constants: constants, activation: CK_QUICK_GELU)
    #expect(same.bits == apart.bits)

    let residual = problem.batch(seed: 4)
    map(kernels, input, to: apart, constants: constants, residual: residual)
    map(kernels, input, to: residual, constants: constants, residual: residual)
    #expect(residual.bits == apart.bits)
  }

  @Test("copy every bit without an epilogue", arguments: Kernels.supported, PositionsProblem.all)
  func copying(kernels: Kernels, problem: PositionsProblem) {
    let input = problem.batch()
    (input[0, 0, 0], input[0, problem.positions - 1, problem.channels - 1]) = (-0.0, .infinity)
    let output = problem.batch(seed: 3)
    map(kernels, input, to: output, constants: nil)
    #expect(output.bits == input.bits)
  }

  @Test("sum every stage according to the definition", arguments: Kernels.supported, PositionsProblem.all)
  func sums(kernels: Kernels, problem: PositionsProblem) {
    let (input, constants) = (problem.batch(), constants(problem))
    let (output, unactivated) = (problem.batch(seed: 3), problem.batch(seed: 4))
    let sums = Sums(images: problem.images, channels: problem.channels)
    map(kernels, input, to: output, constants: constants, activation: CK_RELU, sums: sums)
    map(kernels, input, to: unactivated, constants: constants)
    #expect(sums.raw == kernels.expectedSums(input))
    #expect(sums.preActivation == kernels.expectedSums(unactivated))
    #expect(sums.output == kernels.expectedSums(output))
  }

  @Test("sum columns according to the definition", arguments: Kernels.supported, PositionsProblem.all)
  func columnSums(kernels: Kernels, problem: PositionsProblem) {
    let input = problem.batch()
    let stride = problem.channels + 3
    var sums = [Double](repeating: -1, count: problem.images * stride)
    kernels.table.pointee.column_sums(
      Int32(problem.positions), Int32(problem.channels), Int32(problem.images), input.view(), &sums, stride)
    let expected = kernels.expectedSums(input)
    for image in 0..<problem.images {
      let own = image * stride..<image * stride + problem.channels
      #expect(Array(sums[own]) == Array(expected[image * problem.channels..<(image + 1) * problem.channels]))
      #expect(sums[own.upperBound..<own.upperBound + 3].allSatisfy { $0 == -1 })
    }
  }

  @Test(
    "give the largest value of a column, or NaN if it contains one", arguments: Kernels.supported,
    PositionsProblem.all
  )
  func columnMaxima(kernels: Kernels, problem: PositionsProblem) {
    let input = problem.batch(in: -5 ... -1)
    let poisoned = problem.channels / 2
    input[0, problem.positions / 2, poisoned] = .nan
    if problem.channels > 1 {
      for position in 0..<problem.positions { input[0, position, 0] = -.infinity }
    }
    let stride = problem.channels + 2
    var maxima = [Float](repeating: 99, count: problem.images * stride)
    kernels.table.pointee.column_maxima(
      Int32(problem.positions), Int32(problem.channels), Int32(problem.images), input.view(), &maxima, stride)
    let wrong = (0..<problem.images * problem.channels).filter {
      let (image, channel) = ($0 / problem.channels, $0 % problem.channels)
      let got = maxima[image * stride + channel]
      if image == 0 && channel == poisoned { return !got.isNaN }
      return got != (0..<problem.positions).map { input[image, $0, channel] }.max()
    }
    #expect(wrong.isEmpty)
    #expect((0..<problem.images).allSatisfy { maxima[($0 + 1) * stride - 1] == 99 })
  }

  @Test("transpose", arguments: Kernels.supported, PositionsProblem.all)
  func transposition(kernels: Kernels, problem: PositionsProblem) {
    let input = problem.batch()
    let output = Batch(positions: problem.channels, channels: problem.positions)
    let view: ck_input = input.view()
    kernels.table.pointee.transpose(
      Int32(problem.positions), Int32(problem.channels), view.data, view.position_stride, output.data)
    let expected = (0..<problem.channels).flatMap { channel in
      (0..<problem.positions).map { input[0, $0, channel] }
    }
    #expect(output.values == expected)
    #expect(output.foreignCellsUntouched)
  }

  @Test(
    "give a batch the same bytes as its images one by one", arguments: Kernels.supported, PositionsProblem.all
  )
  func batches(kernels: Kernels, problem: PositionsProblem) {
    let (input, constants) = (problem.batch(in: -6...6), constants(problem))
    let (together, apart) = (problem.batch(seed: 3), problem.batch(seed: 4))
    map(kernels, input, to: together, constants: constants, activation: CK_GELU)
    for image in 0..<problem.images {
      map(kernels, input, to: apart, constants: constants, activation: CK_GELU, image: image, images: 1)
    }
    #expect(together.bits == apart.bits)
  }
}
