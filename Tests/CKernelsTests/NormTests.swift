import CKernels
import Foundation
import TestSupport
import Testing

@Suite("Normalisation over channels")
struct NormTests {
  private func layerNorm(
    _ kernels: Kernels, _ input: Batch, to output: Batch, _ constants: Batch, sums: Sums? = nil,
    image: Int = 0,
    images: Int? = nil
  ) {
    var pointers = sums?.pointers ?? ck_sums()
    kernels.table.pointee.layer_norm(
      Int32(input.positions), Int32(input.channels), Int32(images ?? input.images), input.view(from: image),
      constants.data, constants.data + input.channels, 1e-6, output.view(from: image), &pointers)
  }

  /// Returns the weight, then the bias.
  private func constants(_ problem: PositionsProblem) -> Batch {
    Batch(positions: 2, channels: problem.channels, seed: 7)
  }

  /// Compares layer norm with its definition. The error bound: the difference to the mean has two roundings
  /// of itself; the mean has one rounding of the mean difference per addition in a chain (a sixteenth of the
  /// channels, and the tree that joins the chains); the standard deviation has the same; product and sum have
  /// one each. Chains of random signs have smaller errors, so the test requires a quarter of the bound.
  private func checkLayerNorm(_ kernels: Kernels, _ problem: PositionsProblem, _ input: Batch) {
    let (constants, output) = (constants(problem), problem.batch(seed: 3))
    layerNorm(kernels, input, to: output, constants)
    let chain = Double(problem.channels) / 16 + 12
    var worst = WorstRatio()
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        let x = (0..<problem.channels).map { Double(input[image, position, $0]) }
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        let scale = 1 / (variance + 1e-6 as Double).squareRoot()
        for channel in 0..<problem.channels {
          let (weight, bias) = (Double(constants[0, 0, channel]), Double(constants[0, 1, channel]))
          let normal = (x[channel] - mean) * scale
          let slack = (chain / 4 + 4) * (abs(normal) + variance.squareRoot() * scale) * abs(weight)
          worst.add(
            output[image, position, channel], expected: normal * weight + bias,
            bound: roundoff * (slack + abs(bias) + 1e-3), "\(image), \(position), \(channel)")
        }
      }
    }
    #expect(worst.ratio <= 1, "\(worst)")
    #expect(output.foreignCellsUntouched)
  }

  @Test("layer norm is within its error bound", arguments: Kernels.supported, PositionsProblem.all)
  func layerNormError(kernels: Kernels, problem: PositionsProblem) {
    checkLayerNorm(kernels, problem, problem.batch())
  }

  /// The formula E[x^2] - E[x]^2 would have no correct digit for these inputs.
  @Test("layer norm is accurate for a mean far from zero", arguments: Kernels.supported, PositionsProblem.all)
  func layerNormOfAnOffset(kernels: Kernels, problem: PositionsProblem) {
    checkLayerNorm(kernels, problem, problem.batch(in: 10000...10004))
  }

  @Test("layer norm of equal channels gives the bias", arguments: Kernels.supported, PositionsProblem.all)
  func layerNormOfAConstant(kernels: Kernels, problem: PositionsProblem) {
    let input = Batch(images: problem.images, positions: problem.positions, channels: problem.channels) {
      image, _, _ in
      [0.1, 0, -7.3][image]
    }
    let (constants, output) = (constants(problem), problem.batch(seed: 3))
    layerNorm(kernels, input, to: output, constants)
    let expected = (0..<problem.images * problem.positions).flatMap { _ in
      (0..<problem.channels).map { constants[0, 1, $0] }
    }
    let difference = Difference(output.values, expected: expected)
    #expect(difference.largest <= 1e-4, "\(difference)")
  }

  @Test(
    "layer norm works in place and sums the stored values", arguments: Kernels.supported, PositionsProblem.all
  )
  func layerNormSums(kernels: Kernels, problem: PositionsProblem) {
    let (input, constants, output) = (problem.batch(), constants(problem), problem.batch(seed: 3))
    let sums = Sums(images: problem.images, channels: problem.channels)
    layerNorm(kernels, input, to: output, constants, sums: sums)
    #expect(sums.output == kernels.expectedSums(output))
    layerNorm(kernels, input, to: input, constants)
    #expect(input.bits == output.bits)
  }

  @Test("a NaN affects only its position", arguments: Kernels.supported, PositionsProblem.all)
  func notANumber(kernels: Kernels, problem: PositionsProblem) {
    let input = problem.batch()
    let spoilt = problem.positions / 2
    input[0, spoilt, problem.channels - 1] = .nan
    let (layer, soft) = (problem.batch(seed: 3), problem.batch(seed: 4))
    layerNorm(kernels, input, to: layer, constants(problem))
    softmax(kernels, input, to: soft)
    for position in 0..<problem.positions {
      let channels = 0..<problem.channels
      #expect(channels.allSatisfy { layer[0, position, $0].isNaN == (position == spoilt) })
      #expect(channels.allSatisfy { soft[0, position, $0].isNaN == (position == spoilt) })
    }
  }

  // MARK: Local response normalisation

  private func localResponse(
    _ kernels: Kernels, _ input: Batch, to output: Batch, size: Int, beta: Float, image: Int = 0,
    images: Int? = nil
  ) {
    kernels.table.pointee.local_response_norm(
      Int32(input.positions), Int32(input.channels), Int32(images ?? input.images), input.view(from: image),
      Int32(size), 0.9, beta, 1.5, output.view(from: image))
  }

  /// The error bound. All terms of the sum are positive, so each step has a relative error of at most one
  /// rounding, which the power multiplies by beta.
  @Test("local response norm is within its error bound", arguments: Kernels.supported, PositionsProblem.all)
  func localResponseError(kernels: Kernels, problem: PositionsProblem) {
    let (input, output) = (problem.batch(in: -3...3), problem.batch(seed: 3))
    for (size, beta) in [(9, 0.5), (5, 0.75), (4, 0.6)] as [(Int, Float)] {
      localResponse(kernels, input, to: output, size: size, beta: beta)
      let steps = Double(beta) * Double(size + 4) + 3
      var worst = WorstRatio()
      for image in 0..<problem.images {
        for position in 0..<problem.positions {
          let squares = (0..<problem.channels).map {
            Double(input[image, position, $0]) * Double(input[image, position, $0])
          }
          for channel in 0..<problem.channels {
            let near = max(0, channel - size / 2)...min(problem.channels - 1, channel + (size - 1) / 2)
            let base = 1.5 + Double(0.9 as Float) * squares[near].reduce(0, +) / Double(size)
            let expected = Double(input[image, position, channel]) / pow(base, Double(beta))
            worst.add(
              output[image, position, channel], expected: expected, bound: roundoff * steps * abs(expected),
              "size \(size), \(image), \(position), \(channel)")
          }
        }
      }
      #expect(worst.ratio <= 1, "\(worst)")
      #expect(output.foreignCellsUntouched)
    }
  }

  // MARK: Softmax

  private func softmax(
    _ kernels: Kernels, _ input: Batch, to output: Batch, image: Int = 0, images: Int? = nil
  ) {
    kernels.table.pointee.softmax(
      Int32(input.positions), Int32(input.channels), Int32(images ?? input.images), input.view(from: image),
      output.view(from: image))
  }

  /// The error bound. The difference to the largest number has one rounding, which the exponential makes a
  /// relative error. The exponential adds two roundings; the sum of positive terms and the division add a
  /// few.
  @Test(
    "softmax is within its error bound, over 80 orders of magnitude", arguments: Kernels.supported,
    PositionsProblem.all)
  func softmaxError(kernels: Kernels, problem: PositionsProblem) {
    let (input, output) = (problem.batch(in: -20...60), problem.batch(seed: 3))
    softmax(kernels, input, to: output)
    var worst = WorstRatio()
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        let x = (0..<problem.channels).map { Double(input[image, position, $0]) }
        let largest = x.max() ?? 0
        let total = x.reduce(0) { $0 + exp($1 - largest) }
        for channel in 0..<problem.channels {
          let expected = exp(x[channel] - largest) / total
          worst.add(
            output[image, position, channel], expected: expected,
            bound: roundoff * (largest - x[channel] + 8) * expected, "\(image), \(position), \(channel)")
        }
      }
    }
    #expect(worst.ratio <= 1, "\(worst)")
    #expect(output.foreignCellsUntouched)
    softmax(kernels, input, to: input)
    #expect(input.bits == output.bits)
  }

  @Test("softmax of huge, equal and infinite numbers", arguments: Kernels.supported)
  func softmaxOfSpecials(kernels: Kernels) {
    let rows: [[Float]] = [
      [3e38, -3e38, 0], [5, 5, 5], [-.infinity, 2, 2], [-.infinity, -.infinity, -.infinity],
      [.infinity, 0, 0],
    ]
    let batch = Batch(positions: rows.count, channels: 3) { _, position, channel in rows[position][channel] }
    softmax(kernels, batch, to: batch)
    #expect(batch.values[0..<3].elementsEqual([1, 0, 0]))
    #expect(batch.values[3..<6].allSatisfy { $0 == 1 / 3 as Float })
    #expect(batch.values[6..<9].elementsEqual([0, 0.5, 0.5]))
    // As in PyTorch, there is no largest number to subtract.
    #expect(batch.values[9..<15].allSatisfy { $0.isNaN })
  }

  @Test(
    "give a batch the same bytes as its images one by one", arguments: Kernels.supported, PositionsProblem.all
  )
  func batches(kernels: Kernels, problem: PositionsProblem) {
    let (input, constants) = (problem.batch(), constants(problem))
    let kinds: [(Batch, Int, Int) -> Void] = [
      { self.layerNorm(kernels, input, to: $0, constants, image: $1, images: $2) },
      { self.localResponse(kernels, input, to: $0, size: 9, beta: 0.5, image: $1, images: $2) },
      { self.softmax(kernels, input, to: $0, image: $1, images: $2) },
    ]
    for run in kinds {
      let (together, apart) = (problem.batch(seed: 3), problem.batch(seed: 4))
      run(together, 0, problem.images)
      for image in 0..<problem.images { run(apart, image, 1) }
      #expect(together.bits == apart.bits)
    }
  }
}
