import Assessment
import Checkpoints
import Foundation
import Inference
import Machine
import Models
import Statistics
import Tensor
import TestSupport
import Testing

struct ComparisonTests {
  private func compare(_ values: [Float], _ references: [Float], units: Int = 2) -> ArrayComparison {
    .compare("x", values, with: references, units: units, tolerance: 0.1)
  }

  @Test("the worst difference is found, placed, and measured against the RMS")
  func worst() {
    let result = compare([3, 4, 0, 5], [3, 4, 1, 5])
    #expect(result.maximumDifference == 1 && result.image == 1 && result.unit == 0)
    #expect(result.value == 0 && result.reference == 1)
    #expect(abs(result.error - 1 / (51.0 / 4).squareRoot()) <= 1e-15)
    #expect(abs(result.cosine - 50 / (50.0 * 51).squareRoot()) <= 1e-15)
    #expect(result.argmaxAgreements == 2 && !result.passes)
  }

  @Test("equal arrays pass, also when all are zero")
  func equal() {
    #expect(compare([1, 2], [1, 2]).error == 0)
    let zeros = compare([0, 0], [0, 0])
    #expect(zeros.error == 0 && zeros.passes && zeros.cosine == 1)
    #expect(!compare([0, 1e-9], [0, 0]).passes)
  }

  @Test("any NaN fails, and is shown", arguments: [0, 1, 3])
  func nan(place: Int) {
    var values: [Float] = [1, 2, 3, 4]
    values[place] = .nan
    let result = compare(values, [1, 2, 3, 40])
    #expect(result.error.isNaN && !result.passes)
    #expect(result.image * 2 + result.unit == place)
    #expect(!compare([1, 2], [1, .nan]).passes)
  }

  @Test("the arg-max is counted by image")
  func argmax() {
    #expect(compare([1, 2, 2, 1, 0, 5], [5, 9, 1, 7, 3, 4]).argmaxAgreements == 2)
  }

  private static let fixture =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/references/squeezenet1_1.safetensors").path

  @Test("a network agrees with PyTorch's run of the same weights and inputs")
  func reference() throws {
    let model = try Model.named("squeezenet1_1")
    let reference = try Reference(Self.fixture, for: model)
    let result = try Verification.run(
      model, weights: .seeded(1), against: reference, batchSize: 1, threads: 2)
    #expect(result.passes && result.firstOff == nil && result.images == reference.images)
    #expect(result.arrays.map(\.name) == model.relevantLayers + ["logits"])
    // A network with other weights does not agree.
    let other = try Verification.run(model, weights: .seeded(2), against: reference)
    #expect(!other.passes && other.firstOff == "features.0")
  }

  @Test("the first failing layer is named in order of execution, whatever the order of the file")
  func bisection() throws {
    let folder = try TemporaryFolder()
    let model = try Model.named("squeezenet1_1")
    let original = try Checkpoint.open(Self.fixture)
    var tensors: [(String, Tensor)] = []
    for name in original.names.reversed() {
      var elements = try original.tensor(named: name).elements
      if name == "tap/features.4.squeeze" || name == "tap/features.11.squeeze" { elements[3] += 0.5 }
      let shape = try #require(original.shape(of: name))
      tensors.append(
        (
          name.replacing("tap/features.4.squeeze", with: "tap/features_4_squeeze"),
          Tensor(shape: shape, elements)
        ))
    }
    try SafetensorsWriter.write(tensors, metadata: original.metadata, to: folder("r.safetensors"))
    let result = try Verification.run(
      model, weights: .seeded(1), against: Reference(folder("r.safetensors"), for: model))
    #expect(result.firstOff == "features.4.squeeze")
    #expect(result.arrays.filter { !$0.passes }.map(\.name) == ["features.4.squeeze", "features.11.squeeze"])
    #expect(result.arrays.first { !$0.passes }?.unit == 3)
    let lenient = try Verification.run(
      model, weights: .seeded(1), against: Reference(folder("r.safetensors"), for: model), tolerance: 10)
    #expect(lenient.passes)
  }

  @Test("a plain input is read, and shapes that do not fit are refused by name")
  func plainInput() throws {
    let folder = try TemporaryFolder()
    let model = try Model.named("squeezenet1_1")
    let input = SeededInput.tensor(seed: 3, shape: [1, 3, 224, 224])
    let network = try Network(model, weights: .seeded(1))
    let logits = try network.run(input.reshaped(to: [3, 224, 224])).output.reshaped(to: [1, 1000])
    func reference(_ tensors: [(String, Tensor)], _ metadata: [String: String] = [:]) throws -> Reference {
      try SafetensorsWriter.write(tensors, metadata: metadata, to: folder("r.safetensors"))
      return try Reference(folder("r.safetensors"), for: model)
    }
    let result = try Verification.run(
      model, weights: .seeded(1), against: reference([("input", input), ("logits", logits)]))
    #expect(result.passes && result.arrays.map(\.tolerance) == [Verification.defaultTolerance])
    #expect(result.arrays[0].error == 0)

    let bad: [([(String, Tensor)], [String: String])] = [
      ([("input", input)], [:]),
      ([("logits", logits)], [:]),
      ([("input", input), ("logits", logits.reshaped(to: [10, 100]))], [:]),
      ([("input", SeededInput.tensor(seed: 3, shape: [1, 3, 8, 8])), ("logits", logits)], [:]),
      ([("logits", logits)], ["input": "seeded:2", "input_shape": "1,3,-1,224"]),
      ([("logits", logits)], ["input": "seeded:2", "input_shape": "99999,3,224,224"]),
    ]
    for (tensors, metadata) in bad {
      let error = #expect(throws: Failure.self) { try reference(tensors, metadata) }
      #expect(error?.kind == .badData && error?.message.contains("r.safetensors") == true)
    }
    #expect(throws: UnknownName.self) {
      try reference([("input", input), ("tap/features.99", Tensor(shape: [1, 1], [0]))])
    }
  }
}
