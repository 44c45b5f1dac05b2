import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import Inference
@testable import Machine
@testable import Models
@testable import Tensor

/// Weights that fit a network which would compute different results with them.
struct WeightsIdentityTests {
  /// Writes a checkpoint with a few keys. The refusal precedes binding, so the keys need not be complete.
  private func checkpoint(
    _ keys: [String], metadata: [String: String] = [:], named name: String = "w.safetensors",
    in folder: TemporaryFolder
  ) throws -> Checkpoint {
    let path = folder(name)
    try SafetensorsWriter.write(keys.map { ($0, Tensor(shape: [1], [0])) }, metadata: metadata, to: path)
    return try Checkpoint.open(path)
  }

  private func findings(_ model: String, _ checkpoint: Checkpoint) throws -> [WeightsEvidence.Finding] {
    WeightsEvidence(try Model.named(model), checkpoint, sha256: try checkpoint.sha256()).findings
  }

  private func refusal(_ model: String, _ checkpoint: Checkpoint) throws -> String? {
    let error = #expect(throws: Failure.self) { try WeightsIdentity(.named(model), checkpoint) }
    #expect(error?.kind == .badData)
    return error?.message
  }

  private func note(_ model: String, _ checkpoint: Checkpoint) throws -> String {
    let found = try findings(model, checkpoint)
    #expect(found.allSatisfy { $0.note != nil }, "\(found)")
    return found.compactMap(\.note?.description).joined(separator: "\n")
  }

  @Test(
    "OpenAI's archive is refused for the network with the exact GELU, and the error names the other network",
    arguments: ["input_resolution", "context_length", "vocab_size", "model.input_resolution"])
  func openAI(key: String) throws {
    let folder = try TemporaryFolder()
    let file = try checkpoint(["visual.conv1.weight", key], in: folder)
    let message = try #require(try refusal("clip-vit_b32", file))
    #expect(message.contains("give 'model clip-vit_b32-openai'") && message.contains("QuickGELU"))
    #expect(try findings("clip-vit_b32-openai", file).isEmpty)
    #expect(try findings("clip-resnet50", file).isEmpty)
  }

  @Test(
    "a file with another network's SHA-256 is refused by name; the network's own is recognized")
  func digests() throws {
    let folder = try TemporaryFolder()
    let published: [(String, String, String)] = [
      (
        "clip-vit_b32-openai", "clip-vit_b32",
        "ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6"
      ),
      (
        "clip-vit_b32", "clip-vit_b32-openai",
        "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af"
      ),
      ("resnet50-l2", "resnet50", "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a"),
      (
        "squeezenet1_1", "squeezenet1_1-caffe",
        "f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"
      ),
      (
        "squeezenet1_1-caffe", "squeezenet1_1",
        "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b"
      ),
    ]
    for (given, meant, digest) in published {
      // The file of 'weights convert' contains the digest of its source.
      let file = try checkpoint(["a"], metadata: ["source_sha256": digest], in: folder)
      #expect(try refusal(given, file)?.contains("give 'model \(meant)'") == true)
      let own = WeightsEvidence(try Model.named(meant), file, sha256: try file.sha256())
      #expect(own.release != nil && own.findings.isEmpty)
    }
  }

  @Test("known releases of another network are refused, known ones of the same network are noted")
  func otherReleases() throws {
    let folder = try TemporaryFolder()
    for model in Model.all {
      for other in model.weights.others {
        let digest = other.digest + String(repeating: "0", count: 64 - other.digest.count)
        let file = try checkpoint(["a"], metadata: ["source_sha256": digest], in: folder)
        if other.difference == nil {
          #expect(try note(model.identifier, file).contains(other.name))
        } else {
          let message = try refusal(model.identifier, file)
          #expect(message?.contains(other.name) == true)
          if let meant = other.identifier { #expect(message?.hasSuffix("give 'model \(meant)'") == true) }
        }
      }
    }
  }

  @Test("converted weights keep the name of their network")
  func conversion() throws {
    let folder = try TemporaryFolder()
    let file = try checkpoint(["a"], metadata: ["model": "resnet50-linf"], in: folder)
    #expect(try refusal("resnet50-l2", file)?.contains("give 'model resnet50-linf'") == true)
    #expect(try findings("resnet50-linf", file).isEmpty)
    let own = try checkpoint(["a"], metadata: ["model": "resnet50"], in: folder)
    #expect(try findings("resnet50", own).isEmpty)
  }

  @Test(
    "Caffe's names are refused for torchvision's network, torchvision's noted for Caffe's, robustness's for plain weights"
  )
  func names() throws {
    let folder = try TemporaryFolder()
    let caffe = try checkpoint(["fire2/squeeze1x1.weight"], in: folder)
    #expect(try refusal("squeezenet1_1", caffe)?.contains("give 'model squeezenet1_1-caffe'") == true)
    #expect(try findings("squeezenet1_1-caffe", caffe).isEmpty)
    let torch = try checkpoint(["features.3.squeeze.weight"], in: folder)
    #expect(try note("squeezenet1_1-caffe", torch).contains("torchvision"))
    #expect(try findings("squeezenet1_1", torch).isEmpty)
    let robust = try checkpoint(["module.attacker.model.conv1.weight"], in: folder)
    #expect(try note("resnet50", robust).contains("robustness"))
    #expect(try findings("resnet50-l2", robust).isEmpty)
  }

  @Test(
    "the architecture in metadata of training code is checked",
    arguments: [
      ("arch", "resnet50", ""), ("arch", "ResNet", ""), ("args.model", "resnet50.tv_in1k", ""),
      ("args.model", "resnetblur50", "refused"), ("arch", "resnetaa50", "refused"),
      ("arch", "resnext50_32x4d", "noted"),
    ])
  func training(key: String, value: String, outcome: String) throws {
    let folder = try TemporaryFolder()
    let file = try checkpoint(["a"], metadata: [key: value], in: folder)
    switch outcome {
    case "refused": #expect(try refusal("resnet50", file)?.contains(value) == true)
    case "noted": #expect(try note("resnet50", file).contains(value))
    default: #expect(try findings("resnet50", file).isEmpty)
    }
  }

  @Test(
    "a configuration distinguishes GELU from QuickGELU; beside a file of another name it is only a note"
  )
  func configuration() throws {
    let quick = #"{"model_cfg": {"embed_dim": 512, "quick_gelu": true, "vision_cfg": {"layers": 12}}}"#
    let exact = #"{"model_cfg": {"embed_dim": 512, "vision_cfg": {"layers": 12}}}"#
    let transformers = #"{"vision_config": {"hidden_act": "quick_gelu"}}"#
    for (name, text, file) in [
      ("open_clip_config.json", quick, "open_clip_model.safetensors"),
      ("config.json", transformers, "model.safetensors"),
    ] {
      let folder = try TemporaryFolder()
      try folder.write(text.utf8, to: name)
      let weights = try checkpoint(["visual.conv1.weight"], named: file, in: folder)
      #expect(try refusal("clip-vit_b32", weights)?.contains("give 'model clip-vit_b32-openai'") == true)
      #expect(try findings("clip-vit_b32-openai", weights).isEmpty)
      let other = try checkpoint(["visual.conv1.weight"], named: "mine.safetensors", in: folder)
      #expect(try note("clip-vit_b32", other).contains(name))
    }
    let folder = try TemporaryFolder()
    try folder.write(exact.utf8, to: "open_clip_config.json")
    let weights = try checkpoint(["visual.conv1.weight"], named: "open_clip_model.safetensors", in: folder)
    #expect(try refusal("clip-vit_b32-openai", weights)?.contains("the exact GELU") == true)
    #expect(try findings("clip-vit_b32", weights).isEmpty)
  }

  @Test("timm's configuration identifies the architecture and the weights")
  func timm() throws {
    func config(_ architecture: String, _ tag: String) -> String {
      #"{"architecture": "\#(architecture)", "num_features": 2048, "pretrained_cfg": {"tag": "\#(tag)"}}"#
    }
    for (architecture, tag, outcome) in [
      ("resnet50", "tv_in1k", ""), ("resnet50", "a1_in1k", "noted"), ("resnetblur50", "bt_in1k", "refused"),
    ] {
      let folder = try TemporaryFolder()
      try folder.write(config(architecture, tag).utf8, to: "config.json")
      let weights = try checkpoint(["conv1.weight"], named: "model.safetensors", in: folder)
      switch outcome {
      case "refused": #expect(try refusal("resnet50", weights)?.contains("resnetblur50") == true)
      case "noted": #expect(try note("resnet50", weights).contains("resnet50.a1_in1k"))
      default: #expect(try findings("resnet50", weights).isEmpty)
      }
    }
  }

  @Test(
    "a configuration that is missing, huge, or not JSON is ignored",
    arguments: ["", "[]", "{", #"{"architecture": 3}"#, "null"])
  func brokenConfiguration(text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(text.utf8, to: "config.json")
    let weights = try checkpoint(["conv1.weight"], named: "model.safetensors", in: folder)
    #expect(try findings("resnet50", weights).isEmpty)
  }

  @Test("without certain evidence, notes name the other networks")
  func unknown() throws {
    let folder = try TemporaryFolder()
    let weights = try checkpoint(["visual.conv1.weight"], in: folder)
    #expect(try note("clip-vit_b32", weights).contains("need 'model clip-vit_b32-openai'"))
    #expect(try note("clip-vit_b32-openai", weights).contains("need 'model clip-vit_b32'"))
    let named = try checkpoint(["conv1.weight"], named: "resnet50_linf_eps4.0.ckpt", in: folder)
    #expect(try note("resnet50-l2", named).contains("resnet50-linf"))
    #expect(try note("resnet50", named).contains("linf_eps"))
    #expect(try findings("resnet50-linf", named).isEmpty)
  }
}
