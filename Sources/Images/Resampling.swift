import CImageCodecs

/// The inputs and weights of each output of Pillow's resampling.
///
/// When the image shrinks, the filter is widened by the scale (antialiasing) and normalised to 1. Every step
/// is in double precision and in Pillow's order, because a different rounding of one weight can change a
/// pixel (`precompute_coeffs` in Pillow's `Resample.c`).
struct ResamplingKernel {
  private let inputSize: Int
  private let filter: Preprocessing.Filter
  private let scale: Double, filterScale: Double, support: Double

  init(inputSize: Int, outputSize: Int, filter: Preprocessing.Filter) {
    (self.inputSize, self.filter) = (inputSize, filter)
    scale = Double(Float(inputSize)) / Double(outputSize)
    filterScale = max(scale, 1)
    support = filter.support * filterScale
  }

  private func center(of output: Int) -> Double { (Double(output) + 0.5) * scale }

  /// Returns the range of inputs of an output.
  func inputs(of output: Int) -> Range<Int> {
    let center = center(of: output)
    let lower = max(Int(center - support + 0.5), 0)
    let upper = min(Int(center + support + 0.5), inputSize)
    return min(lower, upper)..<upper
  }

  /// Returns the range of inputs of an output, and writes their weights, whose sum is 1.
  func taps(of output: Int, into taps: inout [Double]) -> Range<Int> {
    let (center, range) = (center(of: output), inputs(of: output))
    var sum = 0.0
    taps.removeAll(keepingCapacity: true)
    for input in range {
      let weight = filter.weight(at: (Double(input) - center + 0.5) * (1 / filterScale))
      taps.append(weight)
      sum += weight
    }
    if sum != 0 { for index in taps.indices { taps[index] /= sum } }
    return range
  }
}

/// The weights of one pass of Pillow's resampling, for a range of its outputs.
///
/// Output x is the sum of the inputs `first[x]...` times `weights[x * stride...]`. The weights are those of
/// ``ResamplingKernel``, rounded to 22 fractional bits (`normalize_coeffs_8bpc` in Pillow's `Resample.c`).
struct ResamplingWeights {
  private(set) var first: [Int32] = []
  private(set) var weights: [Int32] = []
  /// The number of weights per output, a multiple of four. Weights after the last tap are zero.
  private(set) var stride = 0
  /// The range of inputs that the outputs need.
  private(set) var inputs = 0..<0
  /// The largest number of inputs of an output.
  private var longest = 0
  private var taps: [Double] = []

  /// The arguments of the last computation. Consecutive photographs often have the same size.
  private var problem: Problem?

  private struct Problem: Equatable {
    let inputSize: Int
    let outputSize: Int
    let outputs: Range<Int>
    let filter: Preprocessing.Filter
    let wholeStrides: Bool
  }

  /// Computes the weights of `outputs` for a resampling of `inputSize` pixels to `outputSize`.
  ///
  /// With `wholeStrides`, the array `first` is chosen such that all `stride` inputs of an output exist,
  /// unless the image has fewer inputs. Its length is a multiple of four.
  ///
  /// Returns whether the weights changed.
  mutating func compute(
    inputSize: Int, outputSize: Int, outputs: Range<Int>, filter: Preprocessing.Filter, wholeStrides: Bool
  ) -> Bool {
    let next = Problem(
      inputSize: inputSize, outputSize: outputSize, outputs: outputs, filter: filter,
      wholeStrides: wholeStrides)
    if next == problem { return false }
    problem = next

    let kernel = ResamplingKernel(inputSize: inputSize, outputSize: outputSize, filter: filter)
    longest = outputs.reduce(0) { max($0, kernel.inputs(of: $1).count) }
    stride = (longest + 3) / 4 * 4
    first.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    inputs =
      kernel.inputs(of: outputs.lowerBound).lowerBound..<kernel.inputs(of: outputs.upperBound - 1).upperBound

    for output in outputs {
      let range = kernel.taps(of: output, into: &taps)
      let start = wholeStrides ? min(range.lowerBound, max(inputSize - stride, 0)) : range.lowerBound
      first.append(Int32(start))
      weights.append(contentsOf: repeatElement(0, count: range.lowerBound - start))
      for tap in taps {
        let weight = tap * Double(1 << IC_WEIGHT_BITS)
        weights.append(Int32(weight < 0 ? weight - 0.5 : weight + 0.5))
      }
      weights.append(contentsOf: repeatElement(0, count: first.count * stride - weights.count))
    }
    while wholeStrides && first.count % 4 != 0 { first.append(first[first.count - 1]) }
    return true
  }

  /// Returns the first input of an output.
  func first(_ output: Int) -> Int { Int(first[output]) }

  /// Returns a sufficient number of inputs for an output. Without whole strides, no input is after the last
  /// one that any output needs.
  func taps(_ output: Int) -> Int { min(longest, inputs.upperBound - first(output)) }

  /// Returns the range of inputs, of `inputSize`, that are read with whole strides, including those with
  /// weight zero.
  func readInputs(of inputSize: Int) -> Range<Int> {
    first(0)..<min(first(first.count - 1) + stride, inputSize)
  }
}

extension Preprocessing.Filter {
  /// Half the width of the filter, in output pixels.
  fileprivate var support: Double { self == .bilinear ? 1 : 2 }

  /// Returns the filter's value at a distance from its centre: the triangle, or the cubic convolution with a
  /// = −0.5.
  fileprivate func weight(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

/// An implementation of the two resampling passes for one instruction set. All implementations give the same
/// bytes.
package struct Resampler: Sendable {
  /// The instruction set: `scalar`, `avx2`, `avx512`.
  package let name: String
  /// The function table, a constant of the C library.
  nonisolated(unsafe) let passes: UnsafePointer<ic_resampler>

  /// The implementations that this processor can run, the fastest last.
  package static let available: [Resampler] = {
    var count = 0
    let all = UnsafeBufferPointer(start: ic_resamplers(&count), count: count)
    return all.compactMap { $0 }.filter { $0.pointee.supported() }
      .map { Resampler(name: String(cString: $0.pointee.name), passes: $0) }
  }()
}
