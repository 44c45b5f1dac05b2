import Checkpoints
import Foundation
import Machine
import Models
import Tensor
import Testing

/// A comparison of Google's files of vision transformers with timm's reading of them:
/// Tests/Fixtures/models/augreg.
struct AugRegTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/models/augreg")

  @Test("every tensor is bit-identical to timm's")
  func matchesTimm() throws {
    let file = try Checkpoint.open(Self.folder.appending(path: "augreg.npz").path(percentEncoded: false))
    let timm = try Checkpoint.open(
      Self.folder.appending(path: "timm.safetensors").path(percentEncoded: false))
    let parameters = try Model.named("in1k-vit_b32").parameters(from: file)
    #expect(Set(parameters.names) == Set(timm.names))
    for name in timm.names {
      let expected = try timm.tensor(named: name)
      let tensor = try parameters.tensor(named: name)
      #expect(parameters.shape(of: name) == expected.shape, "\(name)")
      #expect(tensor.shape == expected.shape, "\(name)")
      #expect(tensor.elements == expected.elements, "\(name)")
    }
  }

  @Test("parameters saved with an optimiser are found, and unknown tensors keep their names")
  func incomplete() throws {
    let vector = Tensor(shape: [2], [1, 2])
    let scale = "opt/target/Transformer/encoder_norm/scale"
    let kernel = "opt/target/head/kernel"  // needs two axes
    let parameters = try Model.named("in1k-vit_b32").parameters(
      from: TensorDictionary([scale: vector, kernel: vector, "opt/state/step": vector]))
    #expect(Set(parameters.names) == ["norm.weight", kernel, "opt/state/step"])
    #expect(try parameters.tensor(named: "norm.weight").elements == [1, 2])
    #expect(throws: UnknownName.self) { try parameters.tensor(named: "head.weight") }
  }
}
