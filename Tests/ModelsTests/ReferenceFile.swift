import Checkpoints
import Foundation
import Models
import Tensor
import Testing

/// PyTorch's results in float64 for one network: Tests/Fixtures/references, from Weights/reference.py.
struct ReferenceFile {
  /// The relevant layers in the order of PyTorch's `named_modules()`.
  let layers: [String]
  /// The input, images × channels × height × width.
  let images: Tensor
  /// The outputs, images × outputs.
  let logits: Tensor
  /// PyTorch's own largest error in float32, over all layers, and of the outputs.
  let float32Error: (taps: Double, logits: Double)
  private let file: Checkpoint
  private let weightsSeed: UInt64

  init(_ identifier: String) throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appending(path: "Fixtures/references/\(identifier).safetensors")
    let file = try Checkpoint.open(path.path(percentEncoded: false))
    func note(_ key: String) throws -> String {
      try #require(file.metadata[key], "\(identifier).safetensors says nothing of \(key)")
    }
    func number(_ key: String) throws -> Double { try #require(Double(note(key))) }
    func seed(_ key: String) throws -> UInt64 {
      let text = try note(key)
      return try #require(text.hasPrefix("seeded:") ? UInt64(text.dropFirst("seeded:".count)) : nil)
    }
    self.file = file
    weightsSeed = try seed("weights")
    let shape = Shape(try note("input_shape").split(separator: ",").compactMap { Int($0) })
    images = SeededInput.tensor(
      seed: try seed("input"), shape: shape, deviation: try number("input_deviation"))
    layers = try note("layers").split(separator: "\n").map(String.init)
    logits = try file.tensor(named: "logits")
    float32Error = (try number("fp32_error_taps"), try number("fp32_error_logits"))
  }

  /// The mean of each unit of a layer, images × units.
  func tap(_ layer: String) throws -> Tensor { try file.tensor(named: "tap/\(layer)") }

  /// Returns the weights of the network in the reference.
  func weights(for model: Model) throws -> SeededWeights { try model.seededWeights(weightsSeed) }
}
