import Layers
import Machine
import Models
import TestSupport
import Testing
import Units

struct SelectionTests {
  private func resNet() throws -> Model { try Model.named("resnet50") }

  @Test("words, patterns and both spellings choose layers, each once")
  func layers() throws {
    let model = try resNet()
    #expect(try LayerSelection.layers("relevant", of: model) == model.relevantLayers)
    #expect(try LayerSelection.layers("all", of: model) == model.graph().names)
    #expect(
      try LayerSelection.layers("layer4.*.conv3", of: model) == [
        "layer4.0.conv3", "layer4.1.conv3", "layer4.2.conv3",
      ])
    #expect(try LayerSelection.layers("layer1_?_bn[12]", of: model).count == 6)
    #expect(
      try LayerSelection.layers("layer4_2_conv3,conv1,layer4.2.conv?", of: model) == [
        "layer4.2.conv3", "conv1", "layer4.2.conv1", "layer4.2.conv2",
      ])
  }

  @Test("a model's other lists have names too")
  func variants() throws {
    let model = try Model.named("convnext_b")
    #expect(try LayerSelection.layers("relevant", of: model).count == 180)
    #expect(try LayerSelection.layers("relevant-with-mlp-norm", of: model).count == 216)
  }

  @Test(
    "a word that chooses nothing is an error that names the nearest",
    arguments: ["layer4.2.conv4", "layer9.*"])
  func unknown(word: String) throws {
    let error = #expect(throws: UnknownName.self) { try LayerSelection.layers(word, of: try resNet()) }
    #expect(error?.nearest.isEmpty == false)
    #expect(throws: Failure.self) { try LayerSelection.layers(",", of: try resNet()) }
  }

  /// Returns a dump of five layers. Not all units of one of the layers were recorded.
  private func recorded(of network: String) -> RecordedLayers {
    RecordedLayers(
      in: "d", of: network,
      [("layer4.2.conv3", 2048), ("conv1", 64), ("layer4.1.conv3", nil), ("visual.x", 3), ("fc", 10)],
      known: Model.names(network))
  }

  @Test("in a dump only recorded layers are selected, by the same words as in a network")
  func recordedLayers() throws {
    for network in ["resnet50", "mine"] {
      let layers = recorded(of: network)
      let order =
        network == "mine"
        ? ["layer4.2.conv3", "conv1", "layer4.1.conv3", "visual.x", "fc"]
        : ["conv1", "layer4.1.conv3", "layer4.2.conv3", "fc", "visual.x"]
      #expect(try LayerSelection.layers("all", of: layers) == order)
      #expect(try LayerSelection.layers("layer9.*,conv?", of: layers) == ["conv1"])
      #expect(try LayerSelection.layers("x,layer4_2_conv3", of: layers) == ["visual.x", "layer4.2.conv3"])
      let error = #expect(throws: UnknownName.self) { try LayerSelection.layers("conv2", of: layers) }
      #expect(
        error?.description.hasPrefix("there is no layer in d named 'conv2'; the nearest are conv1") == true)
      let none = #expect(throws: Failure.self) { try LayerSelection.layers("a*,b*", of: layers) }
      #expect(
        none?.kind == .badData && none?.description.hasPrefix("d holds none of the layers 'a*,b*'") == true)
      #expect(throws: Failure.self) { try LayerSelection.layers(",", of: layers) }
    }
    #expect(try LayerSelection.layers("relevant", of: recorded(of: "resnet50")).count == 112)
    #expect(throws: UnknownName.self) { try LayerSelection.layers("relevant", of: recorded(of: "mine")) }
  }

  @Test("units of recorded layers are the recorded ones, as far as the manifest states them")
  func recordedUnits() throws {
    let layers = recorded(of: "mine")
    #expect(try layers.unit(named: "conv1__63") == UnitName(layer: "conv1", channel: 63))
    #expect(try layers.unit(named: "layer4_1_conv3__2000").channel == 2000)
    let error = #expect(throws: UnitNameError.self) { try layers.unit(named: "conv1__64") }
    #expect(error?.description == "conv1 of mine has units 0 to 63, not 64")
    #expect(throws: UnitNameError.self) { try layers.unit(named: "conv2__1") }
  }

  @Test("units keep the order of the file within their layer")
  func units() throws {
    let text = "layer4_1_conv3__1459\n# a comment\n\nlayer1.0.bn1__3\r\nlayer4.1.conv3__0\n"
    let units = try UnitSelection.parse(text, path: "u", for: try resNet())
    #expect(
      units == [
        LayerUnits(layer: "layer4.1.conv3", units: [1459, 0]), LayerUnits(layer: "layer1.0.bn1", units: [3]),
      ])
    let json = #"{"units": ["layer4_1_conv3__1459", "layer1_0_bn1__3", "layer4_1_conv3__0"]}"#
    #expect(try UnitSelection.parse(json, path: "u", for: try resNet()) == units)
  }

  @Test("the prefix of CLIP's units is optional")
  func clipUnits() throws {
    let model = try Model.named("clip-resnet50")
    let a = try UnitSelection.parse("visual_layer4_1_conv3__7", path: "u", for: model)
    #expect(a == [LayerUnits(layer: "visual.layer4.1.conv3", units: [7])])
    #expect(try UnitSelection.parse("layer4_1_conv3__7", path: "u", for: model) == a)
  }

  @Test(
    "the error for missing units names the file",
    arguments: [
      "layer4_1_conv3__2048", "layer4_1_conv3__-1", "layer4_1_conv3", "layer4_1_conv9__1", "",
      "{\"unit\": []}",
      "layer1_0_bn1__3\nlayer1.0.bn1__3", "{", "layer1_0_bn1__x",
    ])
  func badUnits(text: String) throws {
    let error = #expect(throws: Failure.self) {
      try UnitSelection.parse(text, path: "units.txt", for: try resNet())
    }
    #expect(error?.kind == .badData)
    #expect(error?.message.contains("units.txt") == true)
  }
}
