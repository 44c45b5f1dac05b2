import Testing

@testable import Inference
@testable import Layers
@testable import Models
@testable import Tensor

/// Tests that results are bit-identical for every batch size and number of threads.
struct DeterminismTests {
  /// The networks with different architectures, not only different weights.
  static let identifiers = Model.all.map(\.identifier).filter {
    !$0.hasPrefix("resnet50-l") && $0 != "squeezenet1_1-caffe"
  }

  /// Returns the bits of all values that a workspace recorded of one image.
  private func bits(_ workspace: Workspace, _ image: Int) -> [[UInt32]] {
    workspace.plan.taps.indices.map { workspace.withTap($0, of: image) { $0.map(\.bitPattern) } }
      + [workspace.withOutput(of: image) { $0.map(\.bitPattern) }]
  }

  @Test(
    "results are bit-identical in batches of 1, 3, 8 and 32, and on several threads",
    arguments: identifiers)
  func batches(identifier: String) throws {
    let model = try Model.named(identifier)
    let network = try Network(model, weights: .seeded(3), recording: model.relevantLayers)
    let shape = Shape([3] + model.inputShape.extents)
    let inputs = SeededInput.tensor(seed: 5, shape: shape)
    let images = (0..<3).map { image in
      inputs.withUnsafeBufferPointer { elements in
        let count = model.inputShape.count
        return Tensor(shape: model.inputShape, Array(elements[image * count..<(image + 1) * count]))
      }
    }
    let single = Workspace(for: network.plan, batchSize: 1)
    let expected = images.map { image in
      single.setInput(of: 0, image)
      single.run(images: 1)
      return bits(single, 0)
    }
    #expect(Set(expected.map { $0.last ?? [] }).count == 3)
    for batchSize in [3, 8, 32] {
      let workspace = Workspace(for: network.plan, batchSize: batchSize)
      for place in 0..<batchSize { workspace.setInput(of: place, images[place * 2 % 3]) }
      workspace.run(images: batchSize)
      for place in Set([0, 1, 2, batchSize / 2, batchSize - 1]) {
        #expect(bits(workspace, place) == expected[place * 2 % 3], "image \(place) of \(batchSize)")
      }
    }
    let team = try #require(ThreadTeam(count: 3))
    let divided = Workspace(for: network.plan, batchSize: 1, team: team)
    for (image, expected) in zip(images, expected) {
      divided.setInput(of: 0, image)
      divided.run(images: 1)
      #expect(bits(divided, 0) == expected)
    }
  }
}
