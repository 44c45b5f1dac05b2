import Foundation
import Machine
import Statistics
import Testing

/// A comparison with the original libraries: 12,000 draws and 12,000 shuffles for each seed.
struct GeneratorTests {
  private struct Vectors: Decodable {
    let bounds: [Int], lengths: [Int]
    let numpy: [NumPy]
    let python: [Python]
  }

  private struct NumPy: Decodable {
    let seeds: [UInt32], array: Bool
    let draws: NumbersSummary, widest: NumbersSummary, shuffles: NumbersSummary
    let permutations: NumbersSummary, choices: NumbersSummary
  }

  private struct Python: Decodable {
    let seed: String
    let bits: NumbersSummary, draws: NumbersSummary, shuffles: NumbersSummary
  }

  private let vectors: Vectors
  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/study/generators.json")
    vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
  }

  @Test("NumPy's seed, randint, shuffle, permutation and choice, in one sequence")
  func numpy() {
    #expect(vectors.numpy.count == 10)
    for expected in vectors.numpy {
      var random =
        expected.array ? NumPyRandom(seeds: expected.seeds) : NumPyRandom(seed: expected.seeds[0])
      let bounds = vectors.bounds
      #expect(
        NumbersSummary((0..<12_000).map { random.integer(below: bounds[$0 % bounds.count]) })
          == expected.draws)
      #expect(NumbersSummary((0..<1000).map { _ in random.integer(below: 1 << 32) }) == expected.widest)
      let shuffled = (0..<12_000).flatMap { index in
        var elements = Array(0..<vectors.lengths[index % vectors.lengths.count])
        random.shuffle(&elements)
        return elements
      }
      #expect(NumbersSummary(shuffled) == expected.shuffles)
      #expect(NumbersSummary(vectors.lengths.flatMap { random.permutation($0) }) == expected.permutations)
      let choices = (0..<50).flatMap { _ in
        [(5, 5, false), (7, 5, false), (3, 2, true), (1, 4, true), (84, 40, false)].flatMap {
          random.choice($0.1, outOf: $0.0, replacing: $0.2)
        }
      }
      #expect(NumbersSummary(choices) == expected.choices)
    }
  }

  @Test("Python's seed, getrandbits, choice and shuffle, in one sequence")
  func python() throws {
    #expect(vectors.python.count == 10)
    for expected in vectors.python {
      var random = PythonRandom(seed: try #require(UInt64(expected.seed)))
      #expect(NumbersSummary((0..<12_000).map { Int(random.bits(1 + $0 % 32)) }) == expected.bits)
      let bounds = vectors.bounds
      #expect(
        NumbersSummary((0..<12_000).map { random.choice(outOf: bounds[$0 % bounds.count]) })
          == expected.draws)
      let shuffled = (0..<12_000).flatMap { index in
        var elements = Array(0..<vectors.lengths[index % vectors.lengths.count])
        random.shuffle(&elements)
        return elements
      }
      #expect(NumbersSummary(shuffled) == expected.shuffles)
    }
  }
}

/// A summary of the numbers in a fixture: their count, the first ones, and the digest of all as little-endian
/// 64-bit integers.
private struct NumbersSummary: Decodable, Equatable {
  let count: Int
  let first: [Int]
  let sha256: String

  init(_ numbers: [Int]) {
    (count, first) = (numbers.count, Array(numbers.prefix(6)))
    sha256 = numbers.map { Int64($0).littleEndian }.withUnsafeBytes { SHA256.hexDigest(of: $0) }
  }
}
