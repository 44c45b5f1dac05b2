import Foundation
import Layers
import Machine
import Models
import Tensor
import Testing

/// A comparison of the generator with the output of `Weights/seeded.py`: Tests/Fixtures/seeded/generate.py.
struct SeededWeightsTests {
  @Test("every parameter has NumPy's bits, for each rule of names and shapes")
  func weightsMatchPython() throws {
    for set in try Fixture.load().weights {
      let parameters = set.tensors.map { Parameter(name: $0.name, shape: Shape($0.shape)) }
      let weights = SeededWeights(
        seed: try #require(UInt64(set.seed)), parameters: parameters, damping: Self.damping)
      #expect(weights.names == set.tensors.map(\.name))
      for expected in set.tensors {
        #expect(weights.shape(of: expected.name) == Shape(expected.shape))
        expected.check(try weights.tensor(named: expected.name), seed: set.seed)
      }
    }
  }

  /// The words of `DAMPING` in generate.py. The references test the words of the networks themselves.
  private static let damping: KeyValuePairs = [
    "bn3.weight": 0.3, "attn.proj": 0.1, "mlp.fc2": 0.1, "conv_dw": 0.05, "ln_pre": 0.1,
    "patch_embed.proj": 0.1, "q_proj": 0.5, "softmax2_pre_activation_matmul": 0.003,
  ]

  @Test("inputs have NumPy's bits")
  func inputsMatchPython() throws {
    for input in try Fixture.load().inputs {
      let seed = try #require(input.seed.flatMap(UInt64.init))
      let tensor = SeededInput.tensor(
        seed: seed, shape: Shape(input.shape), deviation: input.deviation ?? 1)
      input.check(tensor, seed: "\(seed)")
    }
  }

  @Test("a name that is not a parameter is an error")
  func unknownName() {
    let weights = SeededWeights(seed: 1, parameters: [Parameter(name: "fc.weight", shape: [2, 3])])
    #expect(weights.shape(of: "fc.bias") == nil)
    #expect(throws: UnknownName.self) { try weights.tensor(named: "fc.bias") }
  }

  @Test("another seed or another name makes another tensor")
  func independence() throws {
    let parameters = ["a.weight", "b.weight"].map { Parameter(name: $0, shape: [16, 16]) }
    let (one, two) = (
      SeededWeights(seed: 1, parameters: parameters), SeededWeights(seed: 2, parameters: parameters)
    )
    let a = try one.tensor(named: "a.weight").elements
    let others = [try one.tensor(named: "b.weight").elements, try two.tensor(named: "a.weight").elements]
    for other in others {
      #expect(zip(a, other).filter(==).count <= 2)  // by chance 2^-17 per pair
    }
  }
}

/// The contents of Tests/Fixtures/seeded/tensors.json.
private struct Fixture: Decodable {
  struct Weights: Decodable {
    let seed: String
    let tensors: [Summary]
  }
  struct Summary: Decodable {
    let seed: String?
    let deviation: Double?
    let name: String
    let shape: [Int]
    let first: [String]
    let digest: String

    func check(_ tensor: Tensor, seed: String) {
      let bits = tensor.elements.map(\.bitPattern)
      let digest = bits.enumerated().reduce(UInt64(0)) {
        $0 &+ UInt64($1.element) &* UInt64(2 * $1.offset + 1)
      }
      #expect(
        bits.prefix(first.count) == first.compactMap { UInt32($0, radix: 16) }[...], "\(name), seed \(seed)")
      #expect(digest == UInt64(self.digest, radix: 16), "\(name), seed \(seed)")
    }
  }
  let weights: [Weights]
  let inputs: [Summary]

  static func load() throws -> Fixture {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "Fixtures/seeded/tensors.json")
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
  }
}
