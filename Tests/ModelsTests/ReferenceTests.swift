import Layers
import Models
import Tensor
import TestSupport
import Testing
import Units

/// A comparison of every network, with its fused plan on every tier, with PyTorch in float64 on the same
/// seeded weights.
@Suite(.serialized) struct ReferenceTests {
  @Test("layers are PyTorch's, in its order of registration", arguments: Model.all.map(\.identifier))
  func layersAreComplete(identifier: String) throws {
    let model = try Model.named(identifier)
    let reference = try ReferenceFile(identifier)
    let longest = model.relevantLayerVariants.map(\.layers).max { $0.count < $1.count }
    #expect(longest == reference.layers)
    for variant in model.relevantLayerVariants {
      let included = Set(variant.layers)
      #expect(variant.layers == reference.layers.filter(included.contains), "\(variant.name)")
    }
  }

  @Test("means of all relevant units and outputs are PyTorch's", arguments: Run.all)
  func matchesPyTorch(run: Run) throws {
    let model = try Model.named(run.identifier)
    let reference = try ReferenceFile(run.identifier)
    let graph = try model.graph()
    var options = Plan.Options()
    options.tier = run.tier
    let plan = try Plan(
      graph, parameters: reference.weights(for: model), taps: reference.layers, options: options)
    try #require(reference.images.shape == Shape([reference.images.shape[0]] + model.inputShape.extents))
    let images = reference.images.shape[0]
    let workspace = Workspace(for: plan, batchSize: images)
    for image in 0..<images { workspace.setInput(of: image, reference.images[image]) }
    workspace.run(images: images)

    let tapBound = bound(reference.float32Error.taps)
    for (index, tap) in plan.taps.enumerated() {
      let expected = try reference.tap(tap.name)
      #expect(expected.shape == Shape([images] + tap.shape.extents), "\(tap.name)")
      let got = (0..<images).flatMap { workspace.withTap(index, of: $0) { Array($0) } }
      let difference = Difference(got, expected: expected.elements)
      #expect(
        difference.relativeToRMS <= tapBound,
        "\(tap.name), image \(difference.index / tap.shape.count), unit \(difference.index % tap.shape.count): \(difference)"
      )
    }

    #expect(reference.logits.shape == [images, model.outputs])
    let got = (0..<images).map { workspace.withOutput(of: $0) { Array($0) } }
    let difference = Difference(Array(got.joined()), expected: reference.logits.elements)
    #expect(difference.relativeToRMS <= bound(reference.float32Error.logits), "outputs: \(difference)")
    for image in 0..<images {
      #expect(largest(got[image]) == largest(reference.logits[image].elements), "image \(image)")
    }
  }

  /// Returns four times PyTorch's own error in float32, because the order of summation differs and the
  /// precision is the same. The bound is at least 5e-6; below that, small networks would depend on a few
  /// roundings.
  private func bound(_ float32Error: Double) -> Double { max(4 * float32Error, 5e-6) }

  private func largest(_ values: [Float]) -> Int? { values.indices.max { values[$0] < values[$1] } }
}

/// One network on one tier.
struct Run: Sendable, CustomTestStringConvertible {
  let identifier: String
  let tier: Tier

  var testDescription: String { "\(identifier) on \(tier)" }

  static let all: [Run] = Model.all.flatMap { model in
    Tier.available.filter { $0.name != "scalar" || smallEnough.contains(model.identifier) }
      .map { Run(identifier: model.identifier, tier: $0) }
  }

  /// The networks that run on the scalar tier. This tier is the plain definition of each operation, and too
  /// slow for large networks. Its kernels have tests of their own; two networks test them together.
  private static let smallEnough: Set = ["squeezenet1_1", "googlenet"]
}

extension Tensor {
  /// Returns one image of a batch.
  fileprivate subscript(image: Int) -> Tensor {
    let shape = Shape(Array(self.shape.extents.dropFirst()))
    return withUnsafeBufferPointer { all in
      Tensor(shape: shape) { one in
        _ = one.update(fromContentsOf: all[(image * shape.count)..<((image + 1) * shape.count)])
      }
    }
  }
}
