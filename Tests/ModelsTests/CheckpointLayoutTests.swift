import Layers
import Models
import Tensor
import Testing

/// Checkpoints of every origin, bound to the networks they were made for.
struct CheckpointLayoutTests {
  @Test(
    "a state dict with the network's own names binds, including batch counts",
    arguments: Model.all.map(\.identifier))
  func canonical(identifier: String) throws {
    let graph = try Model.named(identifier).graph()
    try check(
      identifier, graph.parameters.map { ($0.name, $0.shape) } + graph.ignoredParameters.map { ($0, []) })
  }

  @Test("DataParallel's and torch.compile's prefixes are taken off")
  func prefixes() throws {
    let parameters = try Model.named("resnet50").graph().parameters
    for prefix in ["module.", "_orig_mod.", "state_dict.", "model.", "module._orig_mod."] {
      try check("resnet50", parameters.map { (prefix + $0.name, $0.shape) })
    }
  }

  @Test("only the model of a robustness checkpoint is read, not its copy in the attacker")
  func robustness() throws {
    let parameters = try Model.named("resnet50-l2").graph().parameters
    var stored: [(String, Shape)] = [
      ("module.normalizer.new_mean", [3, 1, 1]), ("module.normalizer.new_std", [3, 1, 1]),
    ]
    stored += parameters.map { ("module.model.\($0.name)", $0.shape) }
    stored += [
      ("module.attacker.normalize.new_mean", [3, 1, 1]), ("module.attacker.normalize.new_std", [3, 1, 1]),
    ]
    stored += parameters.map { ("module.attacker.model.\($0.name)", $0.shape) }
    stored += [("optimizer.state.0.momentum_buffer", [64, 3, 7, 7]), ("adv_prec1", []), ("nat_prec1", [1])]
    try check("resnet50-l2", stored) { $0.hasPrefix("module.model.") }
  }

  @Test("torchvision's early DenseNet keys are joined")
  func denseNet() throws {
    let parameters = try Model.named("densenet_201").graph().parameters
    let early = parameters.map { parameter in
      var name = parameter.name
      if name.contains(".denselayer") {
        for part in ["norm", "conv"] {
          for index in ["1", "2"] {
            name = name.replacing(".\(part)\(index).", with: ".\(part).\(index).")
          }
        }
      }
      return (name, parameter.shape)
    }
    #expect(early.contains { $0.0 == "features.denseblock1.denselayer1.norm.1.running_mean" })
    try check("densenet_201", early)
  }

  @Test("torchvision's auxiliary classifiers are left out")
  func googLeNet() throws {
    let parameters = try Model.named("googlenet-tv").graph().parameters.map { ($0.name, $0.shape) }
    let auxiliary: [(String, Shape)] = [
      ("aux1.conv.conv.weight", [128, 512, 1, 1]), ("aux2.fc2.bias", [1000]),
    ]
    try check("googlenet-tv", auxiliary + parameters) { !$0.hasPrefix("aux") }
  }

  @Test("the authors' names of ConvNeXt become timm's")
  func convNeXt() throws {
    let parameters = try Model.named("convnext_b").graph().parameters
    let original = parameters.map { ($0.name.authorsConvNeXtName, $0.shape) }
    let names = Set(original.map(\.0))
    #expect(
      names.isSuperset(of: [
        "downsample_layers.0.1.bias", "downsample_layers.3.1.weight", "stages.2.26.dwconv.weight",
        "stages.2.26.pwconv2.bias", "stages.2.26.norm.weight", "stages.2.26.gamma", "norm.weight",
        "head.bias",
      ]))
    try check("convnext_b", original)
  }

  @Test("CLIP's image tower is taken from a whole model, or alone with or without its prefix")
  func clip() throws {
    for identifier in ["clip-vit_b32", "clip-vit_b32-openai", "clip-resnet50"] {
      let parameters = try Model.named(identifier).graph().parameters.map { ($0.name, $0.shape) }
      let text: [(String, Shape)] = [
        ("positional_embedding", [77, 512]), ("text_projection", [512, 512]), ("logit_scale", []),
        ("token_embedding.weight", [49408, 512]), ("ln_final.weight", [512]), ("attn_mask", [77, 77]),
        ("transformer.resblocks.0.ln_1.weight", [512]), ("input_resolution", []), ("context_length", []),
        ("vocab_size", []), ("text.transformer.resblocks.0.ln_1.weight", [512]),
      ]
      try check(identifier, text + parameters) { $0.hasPrefix("visual.") }
      try check(identifier, parameters)
      try check(identifier, parameters.map { (String($0.0.dropFirst("visual.".count)), $0.1) })
    }
  }

  @Test("Caffe's names of SqueezeNet become torchvision's")
  func squeezeNet() throws {
    let parameters = try Model.named("squeezenet1_1-caffe").graph().parameters
    let fires = ["3": 2, "4": 3, "6": 4, "7": 5, "9": 6, "10": 7, "11": 8, "12": 9]
    let caffe = parameters.map { parameter in
      var parts = parameter.name.split(separator: ".").map(String.init)
      let suffix = parts.removeLast()
      let layer: String
      if let fire = fires[parts[1]], parts.count == 3 {
        layer = "fire\(fire)/\(parts[2] == "squeeze" ? "squeeze1x1" : parts[2])"
      } else {
        layer = parts[0] == "classifier" ? "conv10" : "conv1"
      }
      return ("\(layer).\(suffix)", parameter.shape)
    }
    #expect(caffe.contains { $0.0 == "fire9/expand3x3.weight" })
    for identifier in ["squeezenet1_1-caffe", "squeezenet1_1"] { try check(identifier, caffe) }
  }

  @Test("unknown tensors are kept, so that binding reports them")
  func unknown() throws {
    for model in Model.all {
      let graph = try model.graph()
      var stored = try tensors(graph.parameters.map { ($0.name, $0.shape) })
      let missing = try #require(stored.keys.sorted().first)
      stored[missing] = nil
      let prefix = model.identifier.hasPrefix("clip-") ? "visual." : ""
      stored["\(prefix)surprise.weight"] = Tensor(shape: [1], [0])
      let error = try #require(throws: BindingError.self) {
        try graph.check(model.parameters(from: TensorDictionary(stored)))
      }
      #expect(error.unexpected == ["\(prefix)surprise.weight"])
      #expect(error.missing == [missing])
      #expect(error.mismatched.isEmpty)
    }
  }

  @Test("of two tensors for one parameter the second is reported, not silently preferred")
  func ambiguous() throws {
    let model = try Model.named("resnet50")
    let graph = try model.graph()
    let parameters = graph.parameters.map { ($0.name, $0.shape) }
    let stored = try tensors(parameters + [("module.fc.bias", [1000])])
    let error = try #require(throws: BindingError.self) {
      try graph.check(model.parameters(from: TensorDictionary(stored)))
    }
    #expect(error.unexpected == ["fc.bias (again, from module.fc.bias)"])
  }

  // MARK: Checking

  /// Checks that the stored tensors bind to a network, that exactly the tensors that `kept` selects remain,
  /// and that one of them is read with its stored values.
  private func check(
    _ identifier: String, _ stored: [(String, Shape)], keeping isKept: (String) -> Bool = { _ in true }
  ) throws {
    let model = try Model.named(identifier)
    let graph = try model.graph()
    let parameters = model.parameters(from: TensorDictionary(try tensors(stored)))
    #expect(throws: Never.self) { try graph.check(parameters) }
    let kept = stored.filter { isKept($0.0) && !$0.0.hasSuffix("num_batches_tracked") }
    #expect(parameters.names.count == kept.count)
    let name = try #require(graph.parameters.last?.name)
    let tensor = try parameters.tensor(named: name)
    #expect(tensor.shape == graph.parameters.last?.shape)
    #expect(parameters.shape(of: name) == tensor.shape)
    #expect(throws: (any Error).self) { try parameters.tensor(named: "no such tensor") }
  }

  /// Returns tensors of the given shapes, which share one block of zeros.
  private func tensors(_ stored: [(String, Shape)]) throws -> [String: Tensor] {
    let zeros = Zeros(count: stored.map(\.1.count).max() ?? 1)
    return Dictionary(stored.map { ($0.0, zeros.tensor($0.1)) }) { first, _ in first }
  }
}

/// One block of zeros that tensors of any shape share, so that whole networks need little memory.
private final class Zeros: Sendable {
  private let block: Tensor

  init(count: Int) { block = Tensor(shape: [count]) { _ in } }

  func tensor(_ shape: Shape) -> Tensor {
    block.withUnsafeBufferPointer {
      Tensor(shape: shape, unowned: UnsafeBufferPointer(rebasing: $0[..<shape.count]), owner: self)
    }
  }
}

extension String {
  /// The name of a ConvNeXt parameter in the authors' checkpoints, given timm's name.
  fileprivate var authorsConvNeXtName: String {
    var parts = split(separator: ".").map(String.init)
    if parts[0] == "stem" { parts.replaceSubrange(0...0, with: ["downsample_layers", "0"]) }
    if parts.count > 2, parts[2] == "downsample" {
      parts.replaceSubrange(0...2, with: ["downsample_layers", parts[1]])
    }
    if parts[0] == "stages", parts[2] == "blocks" { parts.remove(at: 2) }
    if parts[0] == "head" { parts.replaceSubrange(0...1, with: [parts[1] == "norm" ? "norm" : "head"]) }
    return parts.joined(separator: ".")
      .replacing("conv_dw", with: "dwconv").replacing("mlp.fc", with: "pwconv")
  }
}
