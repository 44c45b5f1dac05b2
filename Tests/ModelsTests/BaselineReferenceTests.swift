import Checkpoints
import Foundation
import Layers
import Models
import Tensor
import TestSupport
import Testing

/// A comparison of sparsity and local contrast with PyTorch in float64, on real activation maps:
/// Tests/Fixtures/baselines, from its generate.py.
@Suite(.serialized) struct BaselineReferenceTests {
  private let file: Checkpoint

  init() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try Checkpoint.open(
      tests.appending(path: "Fixtures/baselines/baselines.safetensors").path(percentEncoded: false))
  }

  private static let runs: [Run] =
    ["squeezenet1_1", "resnet50", "densenet_201", "googlenet", "convnext_b", "in1k-vit_b32", "clip-vit_b32"]
    .flatMap { identifier in
      Tier.available.filter { $0.name != "scalar" || identifier == "squeezenet1_1" }
        .map { Run(identifier: identifier, tier: $0) }
    }

  @Test("are PyTorch's", arguments: runs)
  func matchesPyTorch(run: Run) throws {
    let model = try Model.named(run.identifier)
    let graph = try model.graph()
    let layers = file.names.filter { $0.hasPrefix("\(run.identifier)/") && $0.hasSuffix("/below") }
      .map { String($0.dropFirst(run.identifier.count + 1).dropLast("/below".count)) }
    try #require(!layers.isEmpty)
    var options = Plan.Options()
    options.tier = run.tier
    let plan = try Plan(
      graph, parameters: model.seededWeights(1), taps: layers, baselines: true,
      options: options)
    let deviation = try #require(file.metadata["input_deviation/\(run.identifier)"].flatMap(Double.init))
    let images = SeededInput.tensor(
      seed: 2, shape: Shape([2] + model.inputShape.extents), deviation: deviation)
    let workspace = Workspace(for: plan, batchSize: 2)
    let count = model.inputShape.count
    for image in 0..<2 {
      let input = Tensor(shape: model.inputShape, Array(images.elements[image * count..<(image + 1) * count]))
      workspace.setInput(of: image, input)
    }
    workspace.run(images: 2)

    for (index, layer) in layers.enumerated() {
      func values(_ name: String) throws -> [Float] {
        try file.tensor(named: "\(run.identifier)/\(layer)/\(name)").elements
      }
      let (below, above) = (try values("below"), try values("above"))
      let counts = (0..<2).flatMap { workspace.withBaselines(index, of: $0) { Array($0.nonPositive) } }
      try #require(counts.count == below.count)
      let wrong = counts.indices.filter { !(below[$0]...above[$0]).contains(Float(counts[$0])) }
      #expect(wrong.isEmpty, "\(layer): \(wrong.prefix(5).map { (counts[$0], below[$0], above[$0]) })")
      let contrast = (0..<2).flatMap { image in
        workspace.withBaselines(index, of: image) { $0.contrast.map { $0.map { Float($0) } } ?? [] }
      }
      let isMap = file.shape(of: "\(run.identifier)/\(layer)/contrast") != nil
      guard isMap else {
        #expect(contrast.isEmpty, "\(layer) has no map")
        continue
      }
      let difference = Difference(contrast, expected: try values("contrast"))
      #expect(difference.relativeToRMS <= 5e-6, "\(layer): \(difference)")
    }
  }
}
