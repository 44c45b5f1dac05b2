import CKernels
import Foundation
import TestSupport
import Testing

/// A case in Fixtures/kernels/pytorch.json.
private struct PyTorchCase: Decodable {
  let inputs: [[Double]]
  let shapes: [[Int]]
  let expected: [Double]
  let float32Error: Double
  let notANumber: [Int]

  static let all: [String: PyTorchCase] = {
    struct File: Decodable { let cases: [String: PyTorchCase] }
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/kernels/pytorch.json").standardized
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let data = try? Data(contentsOf: path), let file = try? decoder.decode(File.self, from: data) else {
      return [:]
    }
    return file.cases
  }()

  /// Returns an input, with its last axis as channels.
  func input(_ index: Int) -> Batch {
    let channels = shapes[index].last ?? 1
    return Batch(positions: inputs[index].count / channels, channels: channels) { _, position, channel in
      Float(inputs[index][position * channels + channel])
    }
  }
}

@Suite("PyTorch's values")
struct PyTorchTests {
  /// Checks that a result is at most twice as far from PyTorch's float64 result as PyTorch's float32 result
  /// is, and NaN at the same elements.
  private func check(_ name: String, _ run: (PyTorchCase) -> Batch) throws {
    let reference = try #require(PyTorchCase.all[name])
    let got = run(reference).values
    let difference = Difference(got.map(Double.init), expected: reference.expected)
    #expect(difference.largest <= 2 * reference.float32Error, "\(name): \(difference)")
    #expect(got.indices.filter { got[$0].isNaN } == reference.notANumber)
  }

  @Test("layer norm", arguments: Kernels.supported)
  func layerNorm(kernels: Kernels) throws {
    try check("layer_norm") { reference in
      let (x, weight, bias) = (reference.input(0), reference.input(1), reference.input(2))
      kernels.table.pointee.layer_norm(
        Int32(x.positions), 40, 1, x.view(), weight.data, bias.data, 1e-5, x.view(), nil)
      withExtendedLifetime((weight, bias)) {}
      return x
    }
  }

  @Test("local response norm", arguments: Kernels.supported)
  func localResponseNorm(kernels: Kernels) throws {
    for (name, size, alpha, beta, k) in [
      ("local_response_norm", 9, 0.9, 0.5, 2), ("local_response_norm_alexnet", 5, 0.1, 0.75, 1),
    ] as [(String, Int32, Float, Float, Float)] {
      try check(name) { reference in
        let (x, y) = (reference.input(0), reference.input(0))
        kernels.table.pointee.local_response_norm(
          Int32(x.positions), Int32(x.channels), 1, x.view(), size, alpha, beta, k, y.view())
        withExtendedLifetime(x) {}
        return y
      }
    }
  }

  @Test("GELU and quick GELU", arguments: Kernels.supported)
  func activations(kernels: Kernels) throws {
    for (name, activation) in [("gelu", CK_GELU), ("quick_gelu", CK_QUICK_GELU)] {
      try check(name) { reference in
        let x = reference.input(0)
        var epilogue = ck_epilogue()
        epilogue.activation = activation
        kernels.table.pointee.map(1, Int32(x.channels), 1, x.view(), &epilogue, x.view())
        return x
      }
    }
  }

  @Test("softmax", arguments: Kernels.supported)
  func softmax(kernels: Kernels) throws {
    try check("softmax") { reference in
      let x = reference.input(0)
      kernels.table.pointee.softmax(Int32(x.positions), Int32(x.channels), 1, x.view(), x.view())
      return x
    }
  }

  @Test("max pool, NaN and infinities included", arguments: Kernels.supported)
  func maxPool(kernels: Kernels) throws {
    try check("max_pool") { reference in
      let problem = WindowProblem.square(7, 4, kernel: 3, stride: 2, padding: 1)
      let (input, output) = (reference.input(0), problem.output())
      var window = problem.window
      kernels.table.pointee.max_pool(&window, 4, 1, input.view(), output.view())
      withExtendedLifetime(input) {}
      return output
    }
  }

  @Test("attention", arguments: Kernels.supported)
  func attention(kernels: Kernels) throws {
    try check("attention") { reference in
      let (query, key, value) = (reference.input(0), reference.input(1), reference.input(2))
      let output = Batch(positions: 3, channels: 20)
      let scratch = AlignedFloats(count: kernels.table.pointee.attention_scratch(3, 5, 2, 10))
      kernels.table.pointee.attention(
        3, 5, 2, 10, 1, query.view(), key.view(), value.view(), output.view(), scratch.pointer)
      withExtendedLifetime((query, key, value, scratch)) {}
      return output
    }
  }
}
