import Layers
import Machine
import Models
import TestSupport
import Testing

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

  @Test("CLIP's units have the prefix or not")
  func clipUnits() throws {
    let model = try Model.named("clip-resnet50")
    let a = try UnitSelection.parse("visual_layer4_1_conv3__7", path: "u", for: model)
    #expect(a == [LayerUnits(layer: "visual.layer4.1.conv3", units: [7])])
    #expect(try UnitSelection.parse("layer4_1_conv3__7", path: "u", for: model) == a)
  }

  @Test(
    "units that are not there are refused by the file's name",
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
