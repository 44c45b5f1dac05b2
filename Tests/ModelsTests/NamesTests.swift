import Layers
import Machine
import Models
import Testing
import Units

/// Names of networks, layers and units, in the spellings that users type.
struct NamesTests {
  private static let identifiers = Model.all.map(\.identifier)

  @Test("the catalogue has the identifiers of the contract, in its order")
  func catalogue() {
    #expect(
      Self.identifiers == [
        "googlenet", "resnet50", "resnet50-l2", "resnet50-linf", "wide_resnet50", "densenet_201",
        "convnext_b",
        "in1k-vit_b32", "clip-vit_b32", "clip-resnet50", "squeezenet1_1", "squeezenet1_1-caffe",
        "googlenet-tv", "clip-vit_b32-openai",
      ])
  }

  @Test("every layer is found by either spelling, and no two share one", arguments: identifiers)
  func roundTrip(identifier: String) throws {
    let model = try Model.named(identifier)
    #expect(Set(model.layers.map(model.studyName)).count == model.layers.count)
    #expect(Set(model.layers).isSuperset(of: model.relevantLayers))
    for layer in model.layers {
      #expect(try model.layer(named: layer) == layer)
      #expect(try model.layer(named: model.studyName(of: layer)) == layer)
    }
  }

  @Test(
    "the study's spelling",
    arguments: [
      ("resnet50", "layer4.0.bn1", "layer4_0_bn1"),
      ("densenet_201", "features.denseblock3.denselayer7.norm2", "features_denseblock3_denselayer7_norm2"),
      ("convnext_b", "stages.2.blocks.14", "stages_2_blocks_14"),
      ("in1k-vit_b32", "blocks.8.mlp.fc1", "blocks_8_mlp_fc1"),
      ("googlenet", "mixed4e_5x5_bottleneck_pre_relu_conv", "mixed4e_5x5_bottleneck_pre_relu_conv"),
      ("clip-resnet50", "visual.layer1.0.conv1", "visual_layer1_0_conv1"),
      ("clip-vit_b32", "visual.transformer.resblocks.8.mlp.c_fc", "visual_transformer_resblocks_8_mlp_c_fc"),
    ])
  func studyNames(identifier: String, layer: String, name: String) throws {
    let model = try Model.named(identifier)
    #expect(model.relevantLayers.contains(layer))
    #expect(model.studyName(of: layer) == name)
    #expect(try model.layer(named: name) == layer)
  }

  @Test(
    "a layer is known to be non-negative after a ReLU or softmax and operations that keep the sign",
    arguments: [
      (
        "squeezenet1_1",
        ["features.1", "features.2", "features.3", "features.12.expand3x3_activation", "classifier.3"],
        ["features.0", "features.12.expand3x3", "classifier.1"]
      ),
      (
        "resnet50", ["relu", "maxpool", "layer1.0", "layer4.2", "avgpool"],
        ["conv1", "bn1", "layer1.0.bn3", "layer1.0.downsample.1", "fc"]
      ),
      (
        "densenet_201", ["features.relu0", "features.pool0"],
        ["features.norm0", "features.denseblock1.denselayer1.conv2"]
      ),
      ("googlenet", ["mixed3a", "softmax2"], ["mixed3a_1x1_pre_relu_conv"]),
      ("googlenet-tv", ["inception3a"], ["inception3a.branch1.conv", "fc"]),
      ("in1k-vit_b32", [], ["blocks.0.mlp.fc1", "blocks.0.mlp.act", "norm", "head"]),
    ] as [(String, [String], [String])])
  func signs(identifier: String, nonNegative: [String], others: [String]) throws {
    let graph = try Model.named(identifier).graph()
    #expect((nonNegative + others).filter { graph.shape(of: $0) == nil } == [])
    #expect(nonNegative.filter { !graph.isNonNegative($0) } == [])
    #expect(others.filter(graph.isNonNegative) == [])
  }

  @Test("CLIP's layers are found without the prefix of the image tower")
  func clipWithoutPrefix() throws {
    let model = try Model.named("clip-vit_b32")
    let layer = "visual.transformer.resblocks.11.ls_2"
    #expect(try model.layer(named: "transformer_resblocks_11_ls_2") == layer)
    #expect(try model.layer(named: "transformer.resblocks.11.ls_2") == layer)
  }

  @Test("errors for unknown models and layers name the nearest ones")
  func nearest() throws {
    let model = try #require(throws: UnknownName.self) { try Model.named("resnet5O") }
    #expect(model.nearest.first == "resnet50")
    #expect(
      model.description
        == "there is no model named 'resnet5O'; the nearest are resnet50, resnet50-l2, resnet50-linf")
    let resnet = try Model.named("resnet50")
    let dotted = try #require(throws: UnknownName.self) { try resnet.layer(named: "layer1.0.convl") }
    #expect(dotted.nearest.first == "layer1.0.conv1")
    let study = try #require(throws: UnknownName.self) { try resnet.layer(named: "layer4_2_shortcuts") }
    #expect(study.nearest.first == "layer4_2_shortcut")
    #expect(throws: UnknownName.self) { try resnet.layer(named: "") }
  }

  @Test("units are read in both spellings and printed in both")
  func units() throws {
    let model = try Model.named("clip-resnet50")
    let unit = try model.unit(named: "visual_layer4_0_conv3__1459")
    #expect(unit == UnitName(layer: "visual.layer4.0.conv3", channel: 1459))
    #expect(unit.description == "visual.layer4.0.conv3__1459")
    #expect(unit.studyName == "visual_layer4_0_conv3__1459")
    #expect(try model.unit(named: unit.description) == unit)
    #expect(
      try Model.named("clip-vit_b32").unit(named: "visual.transformer.resblocks.0.ln_1__767").channel == 767)
  }

  @Test(
    "malformed names of units are refused",
    arguments: [
      "layer1.0.conv1", "layer1.0.conv1__", "layer1.0.conv1__x", "", "_", "__",
      "layer1.0.conv1__99999999999999999999", "layer1.0.conv1_3",
    ])
  func malformedUnits(text: String) throws {
    let model = try Model.named("resnet50")
    #expect(throws: UnitNameError.malformed(text)) { try model.unit(named: text) }
  }

  @Test("a unit outside of its layer, or of an unknown layer, is refused")
  func unitsOutOfRange() throws {
    let model = try Model.named("resnet50")
    #expect(try model.unit(named: "layer1.0.conv1__63").channel == 63)
    let beyond = UnitName(layer: "layer1.0.conv1", channel: 64)
    #expect(throws: UnitNameError.noSuchChannel(beyond, network: "resnet50", channels: 64)) {
      try model.unit(named: "layer1.0.conv1__64")
    }
    let negative = #expect(throws: UnitNameError.self) { try model.unit(named: "layer1_0_conv1__-1") }
    #expect(negative?.description == "layer1.0.conv1 of resnet50 has units 0 to 63, not -1")
    let error = try #require(throws: UnitNameError.self) { try model.unit(named: "layer1.0.conv9__1") }
    guard case .unknownLayer(let name) = error else { return #expect(Bool(false), "\(error)") }
    #expect(name.nearest.contains("layer1.0.conv1"))
  }
}
