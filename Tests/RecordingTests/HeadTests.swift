import Foundation
import TestSupport
import Testing

@testable import Assessment
@testable import Checkpoints
@testable import Datasets
@testable import Dumps
@testable import Inference
@testable import Layers
@testable import Machine
@testable import Models
@testable import Recording
@testable import Tensor
@testable import Units

/// Tests of recording with weights whose head has another size, or that have no head.
struct HeadTests {
  /// PyTorch's results for such a network (Tests/Fixtures/heads/generate.py).
  private struct Reference: Decodable {
    let model: String, outputs: Int, logits: [Double], layer: String, means: [Double]

    static let all: [Reference] = {
      let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      guard let data = try? Data(contentsOf: folder.appending(path: "Fixtures/heads/heads.json")) else {
        return []
      }
      return (try? JSONDecoder().decode([Reference].self, from: data)) ?? []
    }()
  }

  /// Writes generated weights of SqueezeNet, or another network, with a head.
  private func file(
    _ head: Model.Head, of identifier: String = "squeezenet1_1", in folder: TemporaryFolder
  ) throws -> String {
    let parameters = try Model.named(identifier).with(head).graph().parameters
    let path = folder("\(identifier)-\(head).safetensors")
    try SafetensorsWriter.write(SeededWeights(seed: 1, parameters: parameters), to: path)
    return path
  }

  @Test("outputs and units equal PyTorch's on every tier, for every head")
  func pyTorch() throws {
    #expect(Reference.all.count == 2)
    let folder = try TemporaryFolder()
    for reference in Reference.all {
      let model = try Model.named(reference.model)
      let input = SeededInput.tensor(seed: 2, shape: Shape([1] + model.inputShape.extents)).reshaped(
        to: model.inputShape)
      for tier in Tier.available {
        var options = Plan.Options()
        options.tier = tier
        for head in [Model.Head.outputs(reference.outputs), .absent] {
          let network = try Network(
            model, weights: .file(file(head, of: reference.model, in: folder)), recording: [reference.layer],
            options: options)
          #expect(network.model.head == head)
          let record = try network.run(input)
          #expect(
            error(record[reference.layer], reference.means) < 5e-6, "\(reference.model), \(tier), \(head)")
          guard head != .absent else { continue }
          #expect(error(record.output.elements, reference.logits) < 5e-6, "\(reference.model), \(tier)")
        }
      }
    }
  }

  private func error(_ values: [Float], _ reference: [Double]) -> Double {
    guard values.count == reference.count else { return .infinity }
    let rms = (reference.reduce(0) { $0 + $1 * $1 } / Double(reference.count)).squareRoot()
    return zip(values, reference).map { abs(Double($0) - $1) }.reduce(0, max) / rms
  }

  private func request(_ weights: String, _ images: String, _ output: String) throws -> DumpRequest {
    var request = try DumpRequest.squeezeNet(
      images: images, output: output,
      layers: ["features.3.squeeze", "features.12.expand3x3"].map { LayerUnits(layer: $0) })
    request.weights = .file(weights)
    return request
  }

  @Test(
    "a dump without a head has units and no logits, and says so; merge, check, resume and inspection accept it"
  )
  func absent() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 6, in: folder)
    let weights = try file(.absent, in: folder)
    _ = try Dump(request(weights, images, folder("whole"))).run()
    _ = try Dump(request(file(.published, in: folder), images, folder("published"))).run()
    let manifest = try Manifest.read(folder("whole/manifest.json"))
    #expect(manifest.head == .absent && manifest.logits == nil && manifest.state == .complete)
    #expect(manifest.weights.remarks?.first?.contains("has no head") == true)
    let files = try folder.files(below: "whole")
    let published = try folder.files(below: "published")
    #expect(files["logits.npy"] == nil && published["logits.npy"] != nil)
    #expect(files.count == published.count - 1)
    for (name, data) in files where name.hasPrefix("activations/") { #expect(data == published[name]) }

    #expect(try DumpCheck(folder("whole")).isIntact)
    #expect(try DumpInspection(folder("whole")).rowsDone == 6)
    for index in 0..<2 {
      var part = try request(weights, images, folder("part-\(index)"))
      part.shard = try Shard(index: index, count: 2)
      _ = try Dump(part).run()
    }
    _ = try Merge([folder("part-0"), folder("part-1")], into: folder("merged")).run()
    var (merged, whole) = (try folder.files(below: "merged"), files)
    (merged["manifest.json"], whole["manifest.json"]) = (nil, nil)
    #expect(merged == whole)

    let stopped = RunProgress()
    stopped.cancel()
    _ = try Dump(request(weights, images, folder("resumed"))).run(progress: stopped)
    #expect(try !DumpCheck(folder("resumed")).isIntact)
    var again = try request(weights, images, folder("resumed"))
    again.existing = .resume
    _ = try Dump(again).run()
    var resumed = try folder.files(below: "resumed")
    resumed["manifest.json"] = nil
    #expect(resumed == whole)
    again.weights = .file(try file(.outputs(10), in: folder))
    #expect(throws: Failure.self) { try Dump(again).run() }
  }

  @Test("extremes and baselines are also kept without a head", arguments: [Retention.all, .extremes(3)])
  func formats(keep: Retention) throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 5, in: folder)
    for head in [Model.Head.published, .absent] {
      var request = try request(file(head, in: folder), images, folder("\(head)"))
      (request.keep, request.baselines) = (keep, true)
      _ = try Dump(request).run()
      #expect(try DumpCheck(folder("\(head)")).isIntact)
    }
    var (with, without) = (try folder.files(below: "published"), try folder.files(below: "absent"))
    #expect(with.removeValue(forKey: "logits.npy") != nil)
    (with["manifest.json"], without["manifest.json"]) = (nil, nil)
    #expect(with == without)
  }

  @Test("a head of another size is recorded unchanged")
  func otherSize() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 3, in: folder)
    _ = try Dump(request(file(.outputs(10), in: folder), images, folder("out"))).run()
    let manifest = try Manifest.read(folder("out/manifest.json"))
    #expect(manifest.head == .other && manifest.logits?.shape == [3, 10])
    #expect(manifest.weights.remarks?.first?.contains("a head of 10 outputs") == true)
    let network = try Network(.named("squeezenet1_1"), weights: .file(file(.outputs(10), in: folder)))
    let logits = floats(try #require(try folder.files(below: "out")["logits.npy"]))
    let list = try ImageList.read(images)
    for row in 0..<3 {
      let record = try network.run(imageAt: list.file(ofRow: row))
      #expect(Array(logits[10 * row..<10 * (row + 1)]) == record.output.elements)
      #expect(record.topLabels(5).isEmpty)
    }
  }

  @Test("unknown classes are not named, and a missing layer is not recorded")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 2, in: folder)
    let list = try ImageList.read(images)
    for head in [Model.Head.outputs(10), .absent] {
      let network = try Network(.named("squeezenet1_1"), weights: .file(file(head, in: folder)))
      let error = #expect(throws: Failure.self) { try Evaluation(network, on: list) }
      #expect(error?.kind == .badData && error?.message.contains("head") == true)
    }
    var request = try request(file(.absent, in: folder), images, folder("out"))
    request.layers = [LayerUnits(layer: "classifier.1")]
    let error = #expect(throws: Failure.self) { try Dump(request) }
    #expect(error?.kind == .badData && error?.message.contains("classifier.1") == true)
  }

  @Test("a manifest that has logits without a head, or a head without logits, is refused")
  func contradictions() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 2, in: folder)
    _ = try Dump(request(file(.published, in: folder), images, folder("out"))).run()
    var manifest = try Manifest.read(folder("out/manifest.json"))
    manifest.head = .absent
    #expect(manifest.contradiction != nil)
    (manifest.head, manifest.logits) = (nil, nil)
    #expect(manifest.contradiction != nil)
    manifest.head = .absent
    #expect(manifest.contradiction == nil)
  }
}
