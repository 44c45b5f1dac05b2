import Checkpoints
import Foundation
import Layers
import Machine
import Models
import Tensor
import TestSupport
import Testing

/// The choice of one set of parameters in files that training code saves. The files were made by PyTorch.
struct WeightsChoiceTests {
  /// A set of weights in a fixture: its key, and the value of all its elements.
  struct ExpectedSet: Decodable, Sendable {
    let key: String
    let value: Float
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/checkpoints/training")

  private static let expected: Result<[String: [ExpectedSet]], any Error> = Result {
    try JSONDecoder().decode(
      [String: [ExpectedSet]].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
  }

  static let files = ((try? expected.get()) ?? [:]).keys.sorted()

  private static func open(_ file: String) throws -> Checkpoint {
    try Checkpoint.open(folder.appending(path: file).path(percentEncoded: false))
  }

  @Test("every set is found, the network's own before its moving average's", arguments: files)
  func finds(file: String) throws {
    let sets = try #require(try Self.expected.get()[file])
    let model = try Model.named("squeezenet1_1")
    let checkpoint = try Self.open(file)
    let choice = try model.choice(from: checkpoint)
    #expect(choice.fits, "\(choice.problems)")
    #expect(choice.others == sets.dropFirst().map(\.key))
    // A set that only PyTorch's own wrappers wrap is found at the root, too.
    #expect([sets[0].key, ""].contains(choice.key), "\(choice.key)")
    for set in sets {
      let chosen = try model.choice(from: checkpoint, key: set.key)
      #expect(chosen.fits && chosen.key == set.key)
      for name in ["features.0.weight", "classifier.1.bias"] {
        #expect(try chosen.parameters.tensor(named: name).elements.allSatisfy { $0 == set.value })
      }
    }
    #expect(try choice.parameters.tensor(named: "features.0.bias").elements.first == sets[0].value)
    // No tensor of the network is outside. The tensors that are neither outside nor parameters are counters
    // beside the weights.
    #expect(checkpoint.tensors.count - choice.outside.count - 52 <= 1)
  }

  @Test("the fixtures exist")
  func fixtures() throws {
    #expect(try Self.expected.get().count == Self.files.count && Self.files.count >= 18)
  }

  @Test("accuracies and optimisers are reported as outside, batch counts are not")
  func outside() throws {
    let model = try Model.named("squeezenet1_1")
    let outside = try model.choice(from: Self.open("imagenet.pth")).outside
    #expect(outside.count == 53 && outside.contains("best_acc1"))
    #expect(try model.choice(from: Self.open("compiled.pth")).outside.isEmpty)
    #expect(try model.choice(from: Self.open("averaged.pth")).outside.isEmpty)
  }

  @Test("a key may be given by its beginning, up to a dot")
  func beginning() throws {
    let model = try Model.named("squeezenet1_1")
    let dino = try Self.open("dino.pth")
    #expect(try model.choice(from: dino, key: "teacher").key == "teacher.backbone")
    #expect(try !model.choice(from: dino, key: "student").parameters.names.isEmpty)
    let error = #expect(throws: UnknownName.self) { try model.choice(from: dino, key: "teach") }
    #expect(error?.nearest.contains("teacher.backbone") == true)
  }

  @Test("if no set fits, the report describes the set with the fewest faults, and unreadable entries")
  func nearest() throws {
    let choice = try Model.named("squeezenet1_1").choice(from: Self.open("quantised.pth"))
    #expect(choice.key == "state_dict")
    #expect(choice.problems.missing == ["features.3.squeeze.weight (a quantised tensor)"])
    #expect(choice.problems.unexpected.isEmpty && choice.problems.mismatched.isEmpty)
  }

  // MARK: What is beside the parameters in their dictionary

  /// A checkpoint in memory whose tensors have dtypes.
  private struct TypedTensors: NestedTensorSource {
    let names: [String]
    let shapes: [String: Shape]
    let types: [String: ElementType]

    func shape(of name: String) -> Shape? { shapes[name] }
    func tensor(named name: String) throws -> Tensor { throw UnknownName(.tensor, name: name, known: []) }
    func dictionary(of name: String) -> String { name.contains("/") ? "elsewhere" : "" }
    func elementType(of name: String) -> ElementType? { types[name] ?? .float32 }
    func obstacle(at name: String) -> String? { nil }
  }

  private func problems(with extra: String, _ shape: Shape, _ type: ElementType) throws -> BindingError {
    let model = try Model.named("resnet50")
    let parameters = try model.graph().parameters
    var shapes = Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
    shapes[extra] = shape
    let source = TypedTensors(names: parameters.map(\.name) + [extra], shapes: shapes, types: [extra: type])
    return try model.choice(from: source).problems
  }

  @Test("counters, masks and tensors of other dictionaries are not part of the model")
  func beside() throws {
    for (name, shape, type) in [
      ("n_averaged", [], .int64), ("position_ids", [1, 50], .int64), ("mask", [7], .bool),
      ("layer1.0.conv1.total_ops", [1], .float64), ("scales", [7], .float8e4m3),
      ("x/extra.weight", [9, 9], .float32),
    ] as [(String, Shape, ElementType)] {
      #expect(try problems(with: name, shape, type) == BindingError(), "\(name)")
    }
  }

  @Test("a weight that the network does not have makes it another network")
  func another() throws {
    for (name, shape, type) in [
      ("layer5.0.conv1.weight", [9, 9], .float32), ("gain", [], .float32), ("extra.bias", [7], .float64),
    ] as [(String, Shape, ElementType)] {
      #expect(try problems(with: name, shape, type).unexpected == [name])
    }
  }
}
