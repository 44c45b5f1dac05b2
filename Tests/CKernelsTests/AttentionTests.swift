import CKernels
import Foundation
import TestSupport
import Testing

/// The shapes of one attention: queries, keys and heads.
struct AttentionProblem: CustomTestStringConvertible, Sendable {
  let images: Int
  let queries: Int
  let keys: Int
  let heads: Int
  let headSize: Int
  let gap: Int

  init(_ images: Int, queries: Int, keys: Int, heads: Int, _ headSize: Int, gap: Int = 0) {
    (self.images, self.queries, self.keys) = (images, queries, keys)
    (self.heads, self.headSize, self.gap) = (heads, headSize, gap)
  }

  var testDescription: String {
    "\(images) images, \(queries)×\(keys), \(heads) heads of \(headSize), gap \(gap)"
  }

  var channels: Int { heads * headSize }
}

@Suite("Attention")
struct AttentionTests {
  /// A ViT-B/32, CLIP's attention pool, and sizes around tiles of 6 queries and two vectors.
  static let problems: [AttentionProblem] =
    [
      AttentionProblem(2, queries: 50, keys: 50, heads: 12, 64),
      AttentionProblem(2, queries: 1, keys: 50, heads: 32, 64),
      AttentionProblem(1, queries: 197, keys: 197, heads: 2, 64),
      AttentionProblem(3, queries: 1, keys: 1, heads: 1, 1),
    ]
    + [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65].enumerated().map {
      AttentionProblem(
        [3, 1, 2][$0 % 3], queries: [1, 5, 6, 7, 12, 13][$0 % 6], keys: $1, heads: 1 + $0 % 3,
        [64, 1, 3, 8, 17, 33, 40][$0 % 7], gap: $0 % 4)
    }

  private struct Inputs {
    let query, key, value: Batch

    init(_ problem: AttentionProblem) {
      func batch(_ positions: Int, _ seed: UInt64) -> Batch {
        Batch(
          images: problem.images, positions: positions, channels: problem.channels, gap: problem.gap,
          seed: seed)
      }
      (query, key, value) = (batch(problem.queries, 1), batch(problem.keys, 2), batch(problem.keys, 3))
    }
  }

  private func attend(
    _ kernels: Kernels, _ problem: AttentionProblem, _ inputs: Inputs, imageByImage: Bool = false
  )
    -> Batch
  {
    let output = Batch(
      images: problem.images, positions: problem.queries, channels: problem.channels, gap: problem.gap,
      seed: 4)
    let sizes = [problem.queries, problem.keys, problem.heads, problem.headSize].map(Int32.init)
    let scratch = AlignedFloats(
      count: kernels.table.pointee.attention_scratch(sizes[0], sizes[1], sizes[2], sizes[3]))
    for image in imageByImage ? Array(0..<problem.images) : [0] {
      kernels.table.pointee.attention(
        sizes[0], sizes[1], sizes[2], sizes[3], imageByImage ? 1 : Int32(problem.images),
        inputs.query.view(from: image), inputs.key.view(from: image), inputs.value.view(from: image),
        output.view(from: image), scratch.pointer)
    }
    withExtendedLifetime(scratch) {}
    return output
  }

  /// The error bound. Each addition of a score has one rounding error relative to the score's sum of
  /// magnitudes. The exponential makes it a relative error, which counts twice (for the weight and for the
  /// sum of weights). The weights and their sum with the values add one rounding per key.
  @Test("is within its error bound", arguments: Kernels.supported, problems)
  func error(kernels: Kernels, problem: AttentionProblem) {
    let inputs = Inputs(problem)
    let output = attend(kernels, problem, inputs)
    var worst = WorstRatio()
    let scale = 1 / Double(problem.headSize).squareRoot()
    for image in 0..<problem.images {
      for (query, head) in (0..<problem.queries).flatMap({ q in (0..<problem.heads).map { (q, $0) } }) {
        let channels = head * problem.headSize..<(head + 1) * problem.headSize
        var (scores, magnitude) = ([Double](), 0.0)
        for key in 0..<problem.keys {
          let products = channels.map {
            Double(inputs.query[image, query, $0]) * Double(inputs.key[image, key, $0]) * scale
          }
          scores.append(products.reduce(0, +))
          magnitude = max(magnitude, products.reduce(0) { $0 + abs($1) })
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        let spread = largest - (scores.min() ?? 0)
        let steps = 2 * (Double(problem.headSize + 2) * magnitude + spread) + Double(problem.keys) + 8
        for channel in channels {
          let terms = (0..<problem.keys).map {
            weights[$0] * Double(inputs.value[image, $0, channel]) / total
          }
          worst.add(
            output[image, query, channel], expected: terms.reduce(0, +),
            bound: roundoff * steps * terms.reduce(0) { $0 + abs($1) }, "\(image), \(query), \(channel)")
        }
      }
    }
    #expect(worst.ratio <= 1, "\(worst)")
    #expect(output.foreignCellsUntouched)
  }

  @Test("gives a batch the same bytes as its images one by one", arguments: Kernels.supported, problems)
  func batches(kernels: Kernels, problem: AttentionProblem) {
    let inputs = Inputs(problem)
    #expect(
      attend(kernels, problem, inputs).bits == attend(kernels, problem, inputs, imageByImage: true).bits)
  }

  @Test("attends only to a key whose score is far above the others", arguments: Kernels.supported)
  func selection(kernels: Kernels) {
    let problem = AttentionProblem(1, queries: 7, keys: 40, heads: 2, 20)
    let inputs = Inputs(problem)
    for channel in 0..<problem.channels {
      for query in 0..<problem.queries { inputs.query[0, query, channel] = 100 }
      for key in 0..<problem.keys { inputs.key[0, key, channel] = key == 23 ? 3 : -3 }
    }
    let output = attend(kernels, problem, inputs)
    for (query, channel) in (0..<7).flatMap({ q in (0..<40).map { (q, $0) } }) {
      #expect(output[0, query, channel] == inputs.value[0, 23, channel])
    }
  }

  @Test("a NaN in a query affects only its head at that position", arguments: Kernels.supported)
  func notANumber(kernels: Kernels) {
    let problem = AttentionProblem(2, queries: 9, keys: 21, heads: 3, 10)
    let inputs = Inputs(problem)
    inputs.query[1, 4, 15] = .nan
    let output = attend(kernels, problem, inputs)
    for (index, value) in output.values.enumerated() {
      let (position, channel) = (index / problem.channels, index % problem.channels)
      #expect(value.isNaN == (position == 9 + 4 && (10..<20).contains(channel)))
    }
  }
}
