import Layers
import Models
import Tensor
import Testing
import Units

/// A comparison of every network with PyTorch's description of it.
struct ArchitectureTests {
  private static let identifiers = Model.all.map(\.identifier)

  @Test("parameters have PyTorch's names and shapes, none missing and none extra", arguments: identifiers)
  func parameters(identifier: String) throws {
    let graph = try Model.named(identifier).graph()
    let expected = try PyTorchDescription(of: identifier).parameters
    let actual = Dictionary(graph.parameters.map { ($0.name, $0.shape) }) { first, _ in first }
    #expect(graph.parameters.count == actual.count, "two parameters have one name")
    #expect(Set(actual.keys) == Set(expected.keys))
    for (name, shape) in expected { #expect(actual[name] == shape, "\(name)") }
  }

  @Test("activations have the names and shapes of PyTorch's modules", arguments: identifiers)
  func activations(identifier: String) throws {
    let model = try Model.named(identifier)
    let graph = try model.graph()
    let pytorch = try PyTorchDescription(of: identifier)
    #expect(model.inputShape == pytorch.input)
    for module in pytorch.modules where !module.name.isEmpty {
      guard let expected = module.output else { continue }  // only its parameters are used
      guard let shape = graph.shape(of: module.name) else {
        #expect(module.passesItsInputOn, "\(module.name) is missing")
        continue
      }
      // A map that is averaged to one position is a vector here.
      let isPooled = shape.rank == 1 && expected.extents.dropFirst() == [1, 1]
      #expect(shape == (isPooled ? Shape([expected[0]]) : expected), "\(module.name)")
      #expect(model.shape(ofLayer: module.name) == shape)
    }
    #expect(graph.shape(of: graph.output) == Shape([model.outputs]))
    #expect(graph.shape(of: graph.output) == pytorch.modules.first?.output)
  }

  @Test(
    "relevant layers are those of the study's rule on PyTorch's modules, in their order",
    arguments: identifiers)
  func relevantLayers(identifier: String) throws {
    let model = try Model.named(identifier)
    let expected = try PyTorchDescription(of: identifier).modules.filter(\.isRelevant).map(\.name)
    #expect(model.relevantLayerVariants.last?.layers == expected)
    #expect(model.relevantLayers == expected.filter { !$0.hasSuffix("mlp.norm") })
  }

  @Test("multiply-adds are PyTorch's", arguments: identifiers)
  func multiplyAdds(identifier: String) throws {
    var expected = try PyTorchDescription(of: identifier).multiplyAdds
    if identifier == "clip-resnet50" {
      // PyTorch computes 49 more queries in the attention pool than it uses.
      expected -= 49 * (2048 * 2048 + 2 * 50 * 2048 + 2048 * 1024)
    }
    #expect(try Model.named(identifier).graph().multiplyAdds == expected)
  }

  @Test(
    "the study's numbers of relevant layers and units",
    arguments: [
      ("googlenet", 54, 6_972), ("resnet50", 112, 60_416), ("resnet50-l2", 112, 60_416),
      ("resnet50-linf", 112, 60_416), ("clip-resnet50", 112, 60_416), ("wide_resnet50", 112, 75_520),
      ("densenet_201", 398, 129_504), ("convnext_b", 180, 144_384), ("in1k-vit_b32", 72, 82_944),
      ("clip-vit_b32", 72, 82_944),
    ])
  func counts(identifier: String, layers: Int, units: Int) throws {
    let model = try Model.named(identifier)
    #expect(model.relevantLayers.count == layers)
    #expect(Self.units(of: model.relevantLayers, in: model) == units)
  }

  @Test(
    "published numbers of learned parameters",
    arguments: [
      ("googlenet", 7_066_380), ("resnet50", 25_557_032), ("wide_resnet50", 68_883_240),
      ("densenet_201", 20_013_928), ("convnext_b", 88_591_464), ("in1k-vit_b32", 88_224_232),
      ("clip-vit_b32", 87_849_216), ("clip-resnet50", 38_316_896), ("squeezenet1_1", 1_235_496),
      ("googlenet-tv", 6_624_904), ("clip-vit_b32-openai", 87_849_216),
    ])
  func learnedParameters(identifier: String, count: Int) throws {
    #expect(try Model.named(identifier).graph().learnedParameterCount == count)
  }

  @Test("ConvNeXt's second list has the MLPs' Identities too")
  func convNeXtVariant() throws {
    let model = try Model.named("convnext_b")
    let list = try #require(model.relevantLayerVariants.first { $0.name == "relevant-with-mlp-norm" })
    #expect(list.layers.count == 216)
    #expect(Self.units(of: list.layers, in: model) == 216_576)
    #expect(model.relevantLayerVariants.map(\.name) == ["relevant", "relevant-with-mlp-norm"])
  }

  private static func units(of layers: [String], in model: Model) -> Int {
    layers.reduce(0) { $0 + (model.shape(ofLayer: $1)?.channels ?? 0) }
  }
}

extension PyTorchDescription.Module {
  /// Whether the module does nothing at inference, so that its name is not needed.
  fileprivate var passesItsInputOn: Bool { ["Identity", "Dropout", "Flatten"].contains(type) }
}
