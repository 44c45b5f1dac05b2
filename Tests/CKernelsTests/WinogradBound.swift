/// The error bound of a convolution by minimal filtering, F(2x2, 3x3).
///
/// With A, B and G the matrices of the transforms, an output is a sum of terms, and each rounding changes a
/// term by at most u times its magnitude: |A|^T [ sum over channels of (|G| |g| |G|^T) * (|B|^T |d| |B|) ]
/// |A|.
struct WinogradBound {
  private let problem: ConvProblem
  /// [image][tile][channel][element]
  private let magnitudes: [Double]
  private let columns: Int
  private let tiles: Int

  /// Returns the number of roundings of a term: two additions of the input, one of the weight, the products
  /// of a block of K (at most 192, in equal blocks) and the blocks, and four additions of the output.
  static func roundings(depth: Int) -> Double {
    let blocks = (depth + 191) / 192
    return Double(2 + 1 + min(depth, 192) + blocks + 4)
  }

  init(_ problem: ConvProblem, _ data: ConvData) {
    self.problem = problem
    columns = (problem.outWidth + 1) / 2
    let lines = (problem.outHeight + 1) / 2
    tiles = lines * columns
    let weights = Self.weights(problem, data)
    var magnitudes = [Double](repeating: 0, count: problem.images * tiles * problem.output * 16)
    for image in 0..<problem.images {
      for tile in 0..<tiles {
        let inputs = Self.inputs(problem, data, image: image, line: tile / columns, column: tile % columns)
        for channel in 0..<problem.output {
          let first = ((image * tiles + tile) * problem.output + channel) * 16
          let weight = channel * problem.input * 16
          for i in 0..<problem.input * 16 { magnitudes[first + i % 16] += weights[weight + i] * inputs[i] }
        }
      }
    }
    self.magnitudes = magnitudes
  }

  /// Returns the magnitude of the terms of one output.
  func magnitude(image: Int, position: Int, channel: Int) -> Double {
    let (y, x) = (position / problem.outWidth, position % problem.outWidth)
    let tile = y / 2 * columns + x / 2
    let first = ((image * tiles + tile) * problem.output + channel) * 16
    func terms(_ i: Int) -> ClosedRange<Int> { i == 0 ? 0...2 : 1...3 }
    return terms(y % 2).reduce(0) { sum, i in
      sum + terms(x % 2).reduce(0) { $0 + magnitudes[first + 4 * i + $1] }
    }
  }

  /// Returns |G| |g| |G|^T, [out][in][element].
  private static func weights(_ problem: ConvProblem, _ data: ConvData) -> [Double] {
    func stretch(_ g: [Double]) -> [Double] {
      let half = (g[0] + g[1] + g[2]) / 2
      return [g[0], half, half, g[2]]
    }
    return (0..<problem.output * problem.input).flatMap { pair in
      let g = (0..<9).map { abs(Double(data.weight[pair * 9 + $0])) }
      let columns = (0..<3).map { stretch([g[$0], g[3 + $0], g[6 + $0]]) }
      return (0..<4).flatMap { i in stretch(columns.map { $0[i] }) }
    }
  }

  /// Returns |B|^T |d| |B|, [in][element].
  private static func inputs(
    _ problem: ConvProblem, _ data: ConvData, image: Int, line: Int, column: Int
  ) -> [Double] {
    let pairs = [[0, 2], [1, 2], [1, 2], [1, 3]]
    return (0..<problem.input).flatMap { channel in
      let d = (0..<16).map { i -> Double in
        let y = 2 * line + i / 4 - problem.padding.top
        let x = 2 * column + i % 4 - problem.padding.left
        guard (0..<problem.height).contains(y), (0..<problem.width).contains(x) else { return 0 }
        return abs(
          Double(data.input[image * problem.inImage + (y * problem.width + x) * problem.inStride + channel]))
      }
      return pairs.flatMap { rows in
        pairs.map { columns in
          rows.reduce(0) { sum, y in sum + columns.reduce(0) { $0 + d[4 * y + $1] } }
        }
      }
    }
  }
}
