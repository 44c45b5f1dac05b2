import CKernels
import Foundation
import TestSupport
import Testing

extension ConvProblem {
  /// Sizes around tiles: 16 positions, pairs of them, and blocks of 256 and 512; 16 and 32 output channels;
  /// 32 along K, and blocks of 32, 48 and 96 times that; phases of strided maps; tiles across the ends of
  /// lines; several images in a block; few channels, whose windows are gathered.
  static let tiles: [ConvProblem] =
    [15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65].enumerated().map {
      .linear($1, [31, 32, 33, 64, 65][$0 % 5], [15, 16, 17, 32, 33, 48, 49][$0 % 7], images: 1 + $0 % 4)
    } + [
      .linear(255, 20, 5), .linear(257, 33, 9, images: 2, gap: 1), .linear(3, 40, 8, images: 100),
      .linear(2, 1023, 33), .linear(17, 1025, 16), .linear(3, 1056, 40, images: 2),
      .linear(2, 1537, 17, images: 2), .linear(3, 3073, 4, images: 2), .linear(1, 2100, 33, images: 20),
      .square(7, 33, 17, kernel: 3, padding: 1, images: 5),
      .square(7, 97, 33, kernel: 3, padding: 1, images: 3),
      .square(8, 200, 9, kernel: 3, padding: 1, images: 2),
      .square(14, 32, 16, kernel: 3, padding: 1, images: 2),
      .square(23, 20, 7, kernel: 3, padding: 1), .square(40, 9, 5, kernel: 3, padding: 1),
      .square(10, 37, 33, kernel: 3, stride: 2, padding: 1, images: 2),
      .square(13, 33, 6, kernel: 2, stride: 3, images: 2), .square(12, 40, 8, kernel: 1, stride: 3),
      .square(15, 8, 33, kernel: 3, padding: 1, images: 2, gap: 2), .square(15, 9, 20, kernel: 3, padding: 1),
      .square(21, 3, 17, kernel: 5, stride: 2, padding: 2, images: 3),
      .square(26, 4, 9, kernel: 3, stride: 2),
      ConvProblem(
        height: 9, width: 270, input: 34, output: 5, kernel: (2, 3), stride: (1, 1),
        padding: (top: 1, left: 1, bottom: 0, right: 1)),
      ConvProblem(
        height: 12, width: 9, input: 35, output: 18, kernel: (5, 2), stride: (2, 3),
        padding: (top: 2, left: 1, bottom: 1, right: 0), images: 3, gap: (position: 3, image: 1)),
    ]
}

@Suite("Convolution on tiles")
struct TileTests {
  /// The bound of the average error. Rounding errors of random sign grow with the square root of their
  /// number; the error of an omitted product does not. The RMS of a part relative to the number is about
  /// 2^-9.3 for each part before it, so the error of x6 without its smallest products would be 1.4e-6 or
  /// more, that of x3 without one of its products 1e-3.
  @Test(
    "is on average as accurate as the number of its parts allows", arguments: Kernels.splitting,
    [
      ConvProblem.linear(64, 128, 32), .square(9, 64, 33, kernel: 3, padding: 1),
      .square(14, 3, 40, kernel: 7, padding: 3), .linear(40, 2400, 20),
    ])
  func averageError(kernels: Kernels, problem: ConvProblem) throws {
    let data = ConvData(problem)
    let scalar = try #require(Kernels.supported.first { $0.name == "scalar" })
    let exact = scalar.convolve(problem, data, []).output
    let difference = Difference(kernels.convolve(problem, data, []).output, expected: exact)
    let limit = [3e-7, 6e-6, 3e-3][Int(kernels.precision.rawValue)]
    var (error, square) = (0.0, 0.0)
    for (a, b) in zip(kernels.convolve(problem, data, []).output, exact) {
      error += pow(Double(a) - Double(b), 2)
      square += pow(Double(b), 2)
    }
    #expect((error / square).squareRoot() < limit, "\(difference)")
  }

  @Test("includes every product", arguments: Kernels.splitting)
  func everyProductCounts(kernels: Kernels) {
    // The number has three parts of the same sign, and its small parts are as large as possible, so the
    // omitted products add up.
    let number = Float(1 + 0x1.fcp-9 + 0x1.fcp-18)
    for depth in [1, 31, 32, 33, 64] {
      let problem = ConvProblem.linear(3, depth, 18)
      var data = ConvData(problem)
      for i in data.input.indices { data.input[i] = number }
      data = ConvData(data, weight: data.weight.map { _ in number })
      let expected = Double(depth) * Double(number) * Double(number)
      // The smallest products are 2^-16 or 2^-17 of the whole in x6, and 2^-8 in x3.
      let limit = [8e-7, 3.1 * 0x1p-16, 2.1 * 0x1p-8][Int(kernels.precision.rawValue)]
      for value in kernels.convolve(problem, data, []).output {
        #expect(abs(Double(value) - expected) <= limit * expected)
      }
    }
  }

  @Test("gives the same bytes as the definition of the instruction", arguments: Kernels.splitting)
  func definition(kernels: Kernels) {
    let problem = ConvProblem.linear(19, 70, 37)
    // Magnitudes over the whole range, so that products and parts are denormal, and magnitudes near 1.
    for scales in [[Float(1)], [1, 0x1p-40, 0x1p-70, 0x1p-100, 0x1p-120, 0x1p60]] {
      var data = ConvData(problem)
      for i in data.input.indices { data.input[i] *= scales[i % scales.count] }
      let output = kernels.convolve(problem, data, []).output
      for position in 0..<problem.positions {
        for channel in 0..<problem.output {
          let expected = TileModel.product(
            data.input[position * 70..<(position + 1) * 70], data.weight[channel * 70..<(channel + 1) * 70],
            kernels.precision)
          let value = output[position * problem.outStride + channel]
          #expect(value.bitPattern == expected.bitPattern, "\(position), \(channel): \(value), \(expected)")
        }
      }
    }
  }

  @Test("gives the same bytes on tiles and emulated, if both are available", arguments: ConvProblem.all)
  func emulation(problem: ConvProblem) {
    let data = ConvData(problem)
    for precision in [CK_FP32, CK_BF16X3, CK_BF16] {
      let results = Kernels.splitting.filter { $0.precision == precision }.map {
        $0.convolve(problem, data, .everything, CK_GELU)
      }
      #expect(results.dropFirst().allSatisfy { $0 == results[0] })
    }
  }

  @Test("does not depend on the memory layout of inputs and outputs", arguments: Kernels.splitting)
  func strides(kernels: Kernels) {
    for dense in [
      ConvProblem.square(9, 40, 33, kernel: 3, stride: 2, padding: 1, images: 3),
      .linear(50, 64, 48, images: 2),
      .square(12, 3, 20, kernel: 5, padding: 2, images: 2),
    ] {
      func values(_ gap: Int) -> [UInt32] {
        var problem = dense
        problem.gap = (position: gap, image: 3 * gap)
        let output = kernels.convolve(problem, ConvData(problem), []).output
        return (0..<problem.images).flatMap { image in
          (0..<problem.positions).flatMap { position in
            (0..<problem.output).map {
              output[image * problem.outImage + position * problem.outStride + $0].bitPattern
            }
          }
        }
      }
      #expect(values(5) == values(0))
    }
  }

  @Test("never turns a non-finite value into a finite number", arguments: Kernels.splitting)
  func notFinite(kernels: Kernels) {
    for (channels, kernel) in [(40, 3), (5, 3), (40, 1)] {
      let problem = ConvProblem.square(9, channels, 35, kernel: kernel, padding: kernel / 2)
      for value in [Float.infinity, -.infinity, .nan, .greatestFiniteMagnitude] {
        var data = ConvData(problem)
        data.input[(3 * 9 + 4) * problem.inStride + 2] = value
        let output = kernels.convolve(problem, data, []).output
        for index in output.indices {
          let (y, x) = (index / 35 / 9, index / 35 % 9)
          let sees = abs(y - 3) <= kernel / 2 && abs(x - 4) <= kernel / 2
          #expect(output[index].isFinite == !sees)
        }
      }
    }
  }
}

/// The definition of TDPBF16PS, and the sums of parts built on it, in plain Swift.
private enum TileModel {
  /// Rounds to bf16; denormals become zero.
  private static func rounded(_ x: Float) -> Float {
    let bits = flushed(x).bitPattern
    return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
  }

  private static func flushed(_ x: Float) -> Float {
    x.magnitude < .leastNormalMagnitude ? (x.sign == .minus ? -0.0 : 0) : x
  }

  private static func parts(_ numbers: ArraySlice<Float>) -> [[Float]] {
    var rest = Array(numbers)
    return (0..<3).map { _ in
      let part = rest.map(rounded)
      rest = zip(rest, part).map { $0 - $1 }
      return part
    }
  }

  /// Returns one accumulator after one instruction.
  private static func multiply(_ sum: Float, _ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    var halves: [Float] = [0, 0]
    for (i, (a, b)) in zip(a, b).enumerated() {
      halves[i % 2] = flushed(halves[i % 2].addingProduct(a, b))
    }
    return flushed(sum + flushed(halves[0] + halves[1]))
  }

  /// Returns an output with K in one block: for each step of 32, the products of the precision.
  static func product(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>, _ precision: ck_precision) -> Float {
    let (a, b) = (parts(a), parts(b))
    let products: [(Int, Int)] =
      switch precision {
      case CK_BF16: [(0, 0)]
      case CK_BF16X3: [(0, 1), (0, 0), (1, 0)]
      default: [(0, 2), (0, 1), (1, 1), (1, 0), (2, 0), (0, 0)]
      }
    var sum: Float = 0
    for first in stride(from: 0, to: a[0].count, by: 32) {
      let step = first..<min(first + 32, a[0].count)
      for (i, j) in products { sum = multiply(sum, a[i][step], b[j][step]) }
    }
    return sum
  }
}

extension ConvData {
  fileprivate init(_ data: ConvData, weight: [Float]) {
    (input, self.weight, scale, shift, residual) = (data.input, weight, data.scale, data.shift, data.residual)
  }
}
