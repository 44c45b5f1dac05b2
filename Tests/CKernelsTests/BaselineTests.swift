import CKernels
import Testing

/// A map whose size is around the size of a vector, of adjacent vectors in a kernel, or of a group of
/// positions.
private struct MapProblem: CustomTestStringConvertible, Sendable {
  let height: Int, width: Int, channels: Int
  var gap = 0

  static let all: [MapProblem] = {
    let sizes = [
      (1, 1), (1, 7), (7, 1), (2, 2), (5, 3), (7, 7), (2, 24), (3, 25), (2, 28), (3, 29), (2, 57), (33, 4),
    ]
    let channels = [1, 3, 8, 15, 16, 17, 31, 64, 67, 130]
    return sizes.enumerated().flatMap { index, size in
      channels.map { MapProblem(height: size.0, width: size.1, channels: $0, gap: (index + $0) % 3 * 5) }
    }
  }()

  var testDescription: String { "\(channels)×\(height)×\(width), gap \(gap)" }

  func batch(seed: UInt64 = 7) -> Batch {
    Batch(images: 2, positions: height * width, channels: channels, gap: gap, seed: seed, in: -1...1)
  }

  /// Returns the value at a position of the map, 0 outside.
  func value(_ batch: Batch, _ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Double {
    guard (0..<height).contains(y), (0..<width).contains(x) else { return 0 }
    return Double(batch[image, y * width + x, channel])
  }

  /// Returns the baselines by their definitions, and for contrast also the magnitude to which its rounding
  /// errors are relative.
  func expected(_ batch: Batch, _ image: Int, _ channel: Int) -> (
    count: Int32, contrast: Double, scale: Double
  ) {
    var (count, contrast, scale) = (Int32(0), 0.0, 0.0)
    for y in 0..<height {
      for x in 0..<width {
        let own = value(batch, image, channel, y, x)
        if own <= 0 { count += 1 }
        for (dy, dx) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
          let neighbour = value(batch, image, channel, y + dy, x + dx)
          contrast += abs(own - neighbour)
          scale += abs(own - neighbour)
        }
      }
    }
    return (count, contrast, scale)
  }
}

@Suite("baselines")
struct BaselineTests {
  private func run(
    _ kernels: Kernels, _ problem: MapProblem, _ batch: Batch, first: Int = 0, images: Int = 2,
    stride: Int? = nil, contrast withContrast: Bool = true
  ) -> (counts: [Int32], contrast: [Double]) {
    let stride = stride ?? problem.channels
    var counts = [Int32](repeating: -7, count: images * stride)
    var contrast = [Double](repeating: -7, count: images * stride)
    counts.withUnsafeMutableBufferPointer { counts in
      contrast.withUnsafeMutableBufferPointer { contrast in
        kernels.table.pointee.baselines(
          Int32(problem.height), Int32(problem.width), Int32(problem.channels), Int32(images),
          batch.view(from: first),
          counts.baseAddress, withContrast ? contrast.baseAddress : nil, stride)
      }
    }
    return (counts, contrast)
  }

  @Test("match their definitions", arguments: Kernels.supported, MapProblem.all)
  private func definition(kernels: Kernels, problem: MapProblem) {
    let batch = problem.batch()
    // Zeros of both signs count as non-positive.
    (batch[0, 0, 0], batch[1, problem.height * problem.width - 1, problem.channels - 1]) = (0, -0.0)
    let stride = problem.channels + 3
    let (counts, contrast) = run(kernels, problem, batch, stride: stride)
    for image in 0..<2 {
      for channel in 0..<problem.channels {
        let expected = problem.expected(batch, image, channel)
        #expect(counts[image * stride + channel] == expected.count)
        // The error of float32 differences, then of at most 2 × 32 + 2 float32 additions.
        let error = abs(contrast[image * stride + channel] - expected.contrast)
        #expect(error <= 67 * roundoff * expected.scale)
      }
      #expect(counts[image * stride + problem.channels..<(image + 1) * stride].allSatisfy { $0 == -7 })
      #expect(contrast[image * stride + problem.channels..<(image + 1) * stride].allSatisfy { $0 == -7 })
    }
    #expect(batch.foreignCellsUntouched)
  }

  @Test("are exact for inputs with exact arithmetic", arguments: Kernels.supported, MapProblem.all)
  private func integers(kernels: Kernels, problem: MapProblem) {
    let batch = Batch(images: 2, positions: problem.height * problem.width, channels: problem.channels) {
      Float(($0 * 31 + $1 * 7 + $2 * 13) % 11 - 5)
    }
    let (counts, contrast) = run(kernels, problem, batch)
    for image in 0..<2 {
      for channel in 0..<problem.channels {
        let expected = problem.expected(batch, image, channel)
        #expect(counts[image * problem.channels + channel] == expected.count)
        #expect(contrast[image * problem.channels + channel] == expected.contrast)
      }
    }
  }

  @Test(
    "give the same counts without a map, and the same bytes for images one by one",
    arguments: Kernels.supported,
    MapProblem.all)
  private func arrangements(kernels: Kernels, problem: MapProblem) {
    let batch = problem.batch(seed: 11)
    let together = run(kernels, problem, batch)
    let counted = run(kernels, problem, batch, contrast: false)
    #expect(counted.counts == together.counts)
    #expect(counted.contrast.allSatisfy { $0 == -7 })
    let flat = MapProblem(height: 1, width: problem.height * problem.width, channels: problem.channels)
    #expect(run(kernels, flat, batch, contrast: false).counts == together.counts)
    let apart = (0..<2).map { run(kernels, problem, batch, first: $0, images: 1) }
    #expect(apart.flatMap(\.counts) == together.counts)
    #expect(apart.flatMap(\.contrast).map(\.bitPattern) == together.contrast.map(\.bitPattern))
  }

  @Test("give NaN in contrast and do not count NaN as non-positive", arguments: Kernels.supported)
  func nan(kernels: Kernels) {
    let problem = MapProblem(height: 3, width: 3, channels: 17)
    let batch = Batch(images: 2, positions: 9, channels: 17) { _, _, _ in 1 }
    batch[1, 4, 16] = .nan
    batch[0, 4, 0] = -.infinity
    let (counts, contrast) = run(kernels, problem, batch)
    #expect(counts.enumerated().allSatisfy { $1 == ($0 == 0 ? 1 : 0) })
    #expect(contrast.enumerated().allSatisfy { $0 == 33 ? $1.isNaN : $0 == 0 ? $1 == .infinity : $1 == 12 })
  }
}
