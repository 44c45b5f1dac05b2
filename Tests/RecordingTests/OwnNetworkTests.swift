import Assessment
import Checkpoints
import Datasets
import Dumps
import Foundation
import Images
import Inference
import Layers
import Machine
import Models
import Recording
import Tensor
import TestSupport
import Testing
import Units

/// Tests of networks that the catalogue does not have.
struct OwnNetworkTests {
  /// A network of two units of single pixels, whose means are weighted to give three outputs.
  private struct Pixels: Block {
    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      try image.conv2d("mix", 2, kernel: 1, bias: true).relu("act").globalAveragePool("pool").linear("fc", 3)
    }
  }

  /// The input is the pixels themselves, 0 to 255.
  private static let preprocessing = Preprocessing(
    resize: 8, filter: .bilinear, crop: 8, normalization: .offset([0, 0, 0]))

  private static let model = Model(
    "pixels", network: Pixels(), input: .image(preprocessing),
    relevantLayers: [RelevanceRule("relevant", "the convolution") { $0 == "mix" }])

  /// Writes a checkpoint. The units are red − green − 10 and blue + 1. The outputs are both units, their sum,
  /// and the first negated plus 0.5.
  private func weights(in folder: TemporaryFolder) throws -> String {
    let path = folder("pixels.safetensors")
    let tensors: TensorDictionary = [
      "mix.weight": Tensor(shape: [2, 3, 1, 1], [1, -1, 0, 0, 0, 1]),
      "mix.bias": Tensor(shape: [2], [-10, 1]),
      "fc.weight": Tensor(shape: [3, 2], [1, 0, 1, 1, -1, 0]),
      "fc.bias": Tensor(shape: [3], [0, 0, 0.5]),
    ]
    try SafetensorsWriter.write(tensors, to: path)
    return path
  }

  /// Images of one colour, with the expected values of the units and outputs.
  private static let colours: [(pixel: [UInt8], units: [Float], outputs: [Float])] = [
    ([200, 100, 50], [90, 51], [90, 141, -89.5]), ([10, 20, 30], [-20, 31], [0, 31, 0.5]),
    ([255, 0, 0], [245, 1], [245, 246, -244.5]),
  ]

  private func images(in folder: TemporaryFolder) throws -> String {
    for (index, colour) in Self.colours.enumerated() {
      let pixels = (0..<12 * 9).flatMap { _ in colour.pixel }
      try folder.write(PNG.encode(width: 12, height: 9, pixels), to: "images/\(index).png")
    }
    return folder("images")
  }

  @Test("has layers, lists and names like a network of the catalogue")
  func description() throws {
    let model = Self.model
    #expect(model.layers == ["mix", "act", "pool", "fc"] && model.relevantLayers == ["mix"])
    #expect(model.outputs == 3 && model.inputShape == [3, 8, 8] && model.head == .published)
    #expect(model.displayName == "pixels" && model.paper == nil && model.checkpoint == nil)
    #expect(try model.unit(named: "mix__1") == UnitName(layer: "mix", channel: 1))
    #expect(try LayerSelection.layers("relevant,pool", of: model) == ["mix", "pool"])
  }

  @Test("runs images and gives the results of arithmetic by hand")
  func run() throws {
    let folder = try TemporaryFolder()
    let images = try images(in: folder)
    let network = try Network(Self.model, weights: .file(weights(in: folder)), recording: ["mix"])
    #expect(network.identity.remarks.isEmpty && network.identity.release == nil)
    for (index, colour) in Self.colours.enumerated() {
      let record = try network.run(imageAt: "\(images)/\(index).png")
      #expect(record["mix"] == colour.units && record.output.elements == colour.outputs)
      #expect(record.topLabels(5).isEmpty)
    }
  }

  @Test("is recorded into a dump that can be read, checked and resumed")
  func dump() throws {
    let folder = try TemporaryFolder()
    var request = DumpRequest(
      model: Self.model, weights: .file(try weights(in: folder)), images: try images(in: folder),
      output: folder("dump"), layers: [LayerUnits(layer: "mix"), LayerUnits(layer: "pool", units: [1])])
    request.threads = 1
    _ = try Dump(request).run()
    let dump = try RecordedDump(opening: folder("dump"))
    #expect(dump.manifest.model == "pixels" && dump.manifest.weights.remarks == nil)
    #expect(dump.layers.map(\.name) == ["mix", "pool"])
    for unit in 0..<2 {
      #expect(try dump.layers[0].values(ofColumn: unit) == Self.colours.map { $0.units[unit] })
    }
    #expect(try dump.layers[1].values(ofColumn: 0) == Self.colours.map { max($0.units[1], 0) })
    let logits = floats(try #require(try folder.files(below: "dump")["logits.npy"]))
    #expect(logits.suffix(9) == Self.colours.flatMap(\.outputs)[...])
    #expect(try DumpCheck(folder("dump")).isIntact)
    request.existing = .resume
    _ = try Dump(request).run()
  }

  @Test("accepts weights made from a seed, and refuses a checkpoint that does not fit")
  func otherWeights() throws {
    let folder = try TemporaryFolder()
    #expect(
      try Network(Self.model, weights: .seeded(1)).run(Tensor(shape: [3, 8, 8]) { _ in }).output.shape == [3])
    let path = folder("short.safetensors")
    try SafetensorsWriter.write(["mix.bias": Tensor(shape: [2], [0, 0])] as TensorDictionary, to: path)
    let error = #expect(throws: Failure.self) { try Network(Self.model, weights: .file(path)) }
    #expect(error?.description.contains("does not fit pixels") == true)
  }

  @Test("scores no classes unless it is declared to and has an output for each")
  func classes() throws {
    #expect(Self.model.output == .numbers)
    let three = Model("three", network: Pixels(), input: .image(Self.preprocessing), output: .classes(.torch))
    #expect(three.output == .numbers)
    #expect(Model("e", network: Pixels(), input: .image(.clip), output: .embedding).output == .embedding)
    let folder = try TemporaryFolder()
    let images = try ImageList.read(imageFolder(count: 2, in: folder))
    let network = try Network(three, weights: .seeded(1))
    let error = #expect(throws: Failure.self) { try Evaluation(network, on: images) }
    #expect(error?.kind == .badData && error?.description.contains("three returns 3 numbers") == true)
  }

  /// A network whose layers contradict each other: the two summands have different shapes. It has no outputs.
  private struct Contradiction: Block {
    func callAsFunction(_ image: Value) throws(GraphError) -> Value {
      try image.conv2d("a", 2, kernel: 1) + image.conv2d("b", 3, kernel: 1)
    }
  }

  @Test("reports a contradiction in its description when it is loaded")
  func contradiction() {
    let model = Model("x", network: Contradiction(), input: .image(.imageNet))
    #expect(model.layers.isEmpty && model.outputs == 0)
    #expect(throws: GraphError.self) { try Network(model, weights: .seeded(1)) }
  }
}
