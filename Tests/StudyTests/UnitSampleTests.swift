import Machine
import Models
import Study
import Tensor
import TestSupport
import Testing
import Units

struct UnitSampleTests {
  private struct Vectors: Decodable {
    let lists: [String: List]
  }

  private struct List: Decodable {
    let layers: Int, channels: Int
    let units: [String]
    let seed7WithoutThese: [String]
    let seed2023Sha256: String
  }

  private static let models = Model.all.map(\.identifier).filter {
    !["squeezenet1_1", "squeezenet1_1-caffe", "googlenet-tv", "clip-vit_b32-openai"].contains($0)
  }

  @Test(
    "the sample of every network of the study is the one NumPy draws",
    arguments: models + ["convnext_b+mlp_norm"])
  func lists(_ name: String) throws {
    let expected = try #require(try Fixture.json("units.json", as: Vectors.self).lists[name])
    let model = try Model.named(String(name.prefix { $0 != "+" }))
    let layers = model.relevantLayerVariants[name.hasSuffix("+mlp_norm") ? 1 : 0].layers
    #expect(layers.count == expected.layers)
    #expect(layers.reduce(0) { $0 + (model.shape(ofLayer: $1)?.channels ?? 0) } == expected.channels)
    let sample = try UnitSample(100, of: model, layers: layers)
    #expect(sample.units.map(\.studyName) == expected.units)
    let others = try UnitSample(60, of: model, layers: layers, seed: 7, excluding: Set(sample.units))
    #expect(others.units.map(\.studyName) == expected.seed7WithoutThese)
    let many = try UnitSample(3000, of: model, layers: layers, seed: 2023)
    #expect(sha256(UnitsFormat.lines.text(of: many.units)) == expected.seed2023Sha256)
  }

  @Test("the lists have the same beginning as the study's and, where it is known, the same end")
  func publishedUnits() throws {
    func units(_ name: String, _ variant: Int = 0) throws -> [String] {
      let model = try Model.named(name)
      return try UnitSample(100, of: model, layers: model.relevantLayerVariants[variant].layers).units.map(
        \.studyName)
    }
    #expect(
      try units("googlenet").prefix(3) == [
        "mixed4e_5x5_bottleneck_pre_relu_conv__19", "mixed4c_3x3_pre_relu_conv__14",
        "mixed5a_1x1_pre_relu_conv__71",
      ])
    let resNet = try units("resnet50")
    #expect(resNet.prefix(3) == ["layer4_1_conv3__1459", "layer4_0_bn1__270", "layer4_2_bn1__71"])
    #expect(resNet.suffix(2) == ["layer3_0_conv2__252", "layer4_0_conv3__1923"])
    #expect(try units("resnet50-l2") == resNet)
    #expect(try units("clip-resnet50") == resNet.map { "visual_\($0)" })
    #expect(try units("wide_resnet50").prefix(3) == resNet.prefix(3))
    #expect(try units("wide_resnet50").suffix(2) == ["layer3_0_conv2__508", "layer4_0_conv3__1923"])
    #expect(
      try units("densenet_201").prefix(3) == [
        "features_denseblock3_denselayer7_norm2__51", "features_denseblock4_denselayer20_norm2__14",
        "features_denseblock3_denselayer8_norm2__71",
      ])
    #expect(
      try units("in1k-vit_b32").prefix(3) == [
        "blocks_8_mlp_fc1__860", "blocks_2_norm2__106", "blocks_11_ls2__700",
      ])
    #expect(
      try units("clip-vit_b32").prefix(3) == [
        "visual_transformer_resblocks_8_mlp_c_fc__860", "visual_transformer_resblocks_2_ln_2__106",
        "visual_transformer_resblocks_11_ls_2__700",
      ])
    #expect(
      try units("convnext_b").prefix(3) == [
        "stages_2_blocks_14_norm__435", "stages_2_blocks_12_norm__270", "stages_2_blocks_15_conv_dw__71",
      ])
    #expect(
      try units("convnext_b", 1).prefix(3) == [
        "stages_2_blocks_11__435", "stages_2_blocks_9_norm__270", "stages_2_blocks_11_mlp_norm__1095",
      ])
  }

  @Test("every unit can be drawn, and one more is an error")
  func exhaustion() throws {
    let model = try Model.named("squeezenet1_1")
    let layers = ["features.3.squeeze", "features.4.squeeze"]
    let all = try UnitSample(32, of: model, layers: layers)
    #expect(Set(all.units).count == 32)
    let error = #expect(throws: Failure.self) { try UnitSample(33, of: model, layers: layers) }
    #expect(error?.kind == .usage && error?.message.contains("32") == true)
    #expect(throws: Failure.self) {
      try UnitSample(1, of: model, layers: layers, excluding: Set(all.units))
    }
    #expect(throws: Failure.self) { try UnitSample(1, of: model, layers: []) }
  }

  @Test("a list is read back from every format", arguments: UnitsFormat.allCases)
  func forms(_ format: UnitsFormat) throws {
    let model = try Model.named("clip-resnet50")
    let sample = try UnitSample(40, of: model, layers: model.relevantLayers)
    let folder = try TemporaryFolder()
    let path = try folder.write(format.text(of: sample.units).utf8, to: "units")
    let read = try UnitSelection.read(path, for: model).flatMap { layer in
      (layer.units ?? []).map { UnitName(layer: layer.layer, channel: $0) }
    }
    #expect(Set(read) == Set(sample.units) && read.count == 40)
  }
}
