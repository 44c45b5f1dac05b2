import CKernels
import TestSupport
import Testing

/// A sliding window over a map, and the shape of the batch.
struct WindowProblem: CustomTestStringConvertible, Sendable {
  var height: Int
  var width: Int
  var channels: Int
  var kernel: (height: Int, width: Int)
  var stride = (y: 1, x: 1)
  var padding = (top: 0, left: 0, bottom: 0, right: 0)
  var images = 1
  var gap = 0

  var outHeight: Int { (height + padding.top + padding.bottom - kernel.height) / stride.y + 1 }
  var outWidth: Int { (width + padding.left + padding.right - kernel.width) / stride.x + 1 }
  var positions: Int { outHeight * outWidth }

  var testDescription: String {
    "\(images)×\(height)×\(width)×\(channels), kernel \(kernel), stride \(stride), padding \(padding), gap \(gap)"
  }

  static func square(
    _ size: Int, _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, images: Int = 1,
    gap: Int = 0
  ) -> WindowProblem {
    WindowProblem(
      height: size, width: size, channels: channels, kernel: (kernel, kernel), stride: (stride, stride),
      padding: (padding, padding, padding, padding), images: images, gap: gap)
  }

  var window: ck_window {
    ck_window(
      in_height: Int32(height), in_width: Int32(width), out_height: Int32(outHeight),
      out_width: Int32(outWidth),
      kernel_height: Int32(kernel.height), kernel_width: Int32(kernel.width), stride_y: Int32(stride.y),
      stride_x: Int32(stride.x), pad_top: Int32(padding.top), pad_left: Int32(padding.left))
  }

  /// Returns the input positions that an output position reads, each with its tap of the window.
  func sources(of position: Int) -> [(tap: Int, position: Int)] {
    (0..<kernel.height * kernel.width).compactMap { tap in
      let y = position / outWidth * stride.y - padding.top + tap / kernel.width
      let x = position % outWidth * stride.x - padding.left + tap % kernel.width
      return (0..<height).contains(y) && (0..<width).contains(x) ? (tap, y * width + x) : nil
    }
  }

  func input(seed: UInt64 = 1) -> Batch {
    Batch(images: images, positions: height * width, channels: channels, gap: gap, seed: seed)
  }

  func output() -> Batch { Batch(images: images, positions: positions, channels: channels, gap: gap) }
}

@Suite("Pooling")
struct PoolTests {
  /// Channels around the widths of one vector and of four; windows that extend beyond the map on every side.
  static let windows: [WindowProblem] =
    [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100].map {
      .square(7, $0, kernel: 3, stride: 2, padding: 1, images: 3, gap: $0 % 3)
    } + [
      .square(13, 64, kernel: 3, stride: 2), .square(6, 20, kernel: 3, padding: 1, images: 2),
      .square(5, 6, kernel: 5, padding: 2), .square(1, 9, kernel: 3, padding: 1, images: 3),
      WindowProblem(
        height: 9, width: 5, channels: 11, kernel: (4, 2), stride: (3, 1),
        padding: (top: 0, left: 1, bottom: 3, right: 0), images: 3, gap: 5),
      WindowProblem(
        height: 8, width: 8, channels: 6, kernel: (2, 2), stride: (2, 2),
        padding: (top: 0, left: 0, bottom: -1, right: -3), images: 2, gap: 1),
    ]

  private func maxPool(_ kernels: Kernels, _ problem: WindowProblem, _ input: Batch) -> Batch {
    let output = problem.output()
    var window = problem.window
    kernels.table.pointee.max_pool(
      &window, Int32(problem.channels), Int32(problem.images), input.view(), output.view())
    return output
  }

  /// Returns the outputs that are not the maximum of their window, or not NaN if the window contains one.
  private func wrongMaxima(_ problem: WindowProblem, _ input: Batch, _ output: Batch) -> [[Int]] {
    var wrong: [[Int]] = []
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        let sources = problem.sources(of: position)
        for channel in 0..<problem.channels {
          let seen = sources.map { input[image, $0.position, channel] }
          let got = output[image, position, channel]
          let isRight = seen.contains { $0.isNaN } ? got.isNaN : got == seen.max()
          if !isRight { wrong.append([image, position, channel]) }
        }
      }
    }
    return wrong
  }

  @Test(
    "gives the largest value of the part of the window inside the map", arguments: Kernels.supported, windows)
  func maximum(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let output = maxPool(kernels, problem, input)
    #expect(wrongMaxima(problem, input, output) == [])
    #expect(output.foreignCellsUntouched && input.foreignCellsUntouched)
  }

  @Test(
    "gives NaN if the window contains one, and infinities if they are largest", arguments: Kernels.supported,
    windows)
  func maximumOfSpecials(kernels: Kernels, problem: WindowProblem) {
    let specials: [Float] = [.nan, .infinity, -.infinity, 1, -.infinity, -0.0, -3]
    var generator = SplitMix(seed: 5)
    let input = Batch(
      images: problem.images, positions: problem.height * problem.width, channels: problem.channels,
      gap: problem.gap
    ) { _, _, _ in specials[Int(generator.next() % UInt64(specials.count + 14)) % specials.count] }
    #expect(wrongMaxima(problem, input, maxPool(kernels, problem, input)) == [])
  }

  /// Windows inside the map, as average pooling requires.
  static let inside: [WindowProblem] = [
    .square(7, 2048, kernel: 7), .square(7, 65, kernel: 7, images: 3, gap: 3),
    .square(8, 33, kernel: 2, stride: 2, images: 3), .square(14, 17, kernel: 7, images: 2, gap: 1),
    .square(5, 3, kernel: 3, stride: 2), .square(1, 7, kernel: 1, images: 3),
    WindowProblem(height: 9, width: 40, channels: 20, kernel: (3, 11), stride: (2, 5), images: 2, gap: 2),
  ]

  /// The error bound. A window is summed row by row: n - 1 additions in the longest chain, each with one
  /// rounding of a sum that is at most the sum of magnitudes, and one division.
  @Test("averages the window within the error bound of its additions", arguments: Kernels.supported, inside)
  func average(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let output = problem.output()
    var window = problem.window
    kernels.table.pointee.average_pool(
      &window, Int32(problem.channels), Int32(problem.images), input.view(), output.view())
    let additions = Double(problem.kernel.height + problem.kernel.width)
    var worst = WorstRatio()
    for image in 0..<problem.images {
      for position in 0..<problem.positions {
        for channel in 0..<problem.channels {
          let seen = problem.sources(of: position).map { Double(input[image, $0.position, channel]) }
          let mean = seen.reduce(0, +) / Double(seen.count)
          let magnitude = seen.reduce(0) { $0 + abs($1) } / Double(seen.count)
          worst.add(
            output[image, position, channel], expected: mean,
            bound: roundoff * (additions * magnitude + abs(mean)), "\(image), \(position), \(channel)")
        }
      }
    }
    #expect(worst.ratio <= 1, "\(worst)")
    #expect(output.foreignCellsUntouched)
  }

  @Test(
    "gives a batch the same bytes as its images one by one", arguments: Kernels.supported, windows + inside)
  func batches(kernels: Kernels, problem: WindowProblem) {
    let input = problem.input()
    let (together, apart) = (problem.output(), problem.output())
    var window = problem.window
    let average = problem.padding == (0, 0, 0, 0)
    let pool = average ? kernels.table.pointee.average_pool : kernels.table.pointee.max_pool
    pool?(&window, Int32(problem.channels), Int32(problem.images), input.view(), together.view())
    for image in 0..<problem.images {
      pool?(&window, Int32(problem.channels), 1, input.view(from: image), apart.view(from: image))
    }
    withExtendedLifetime(input) {}
    #expect(together.bits == apart.bits)
  }
}
