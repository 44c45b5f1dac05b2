import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Dumps
@testable import Formats
@testable import Machine
@testable import Recording
@testable import Statistics
@testable import Tensor
@testable import Units

/// Tests of the glossary's terms (constant, never positive, dead) against every position of every image.
struct DeadUnitsTests {
  /// The tested layers: a convolution, a ReLU's output, and a layer of one position.
  private static let layers = ["features.12.expand3x3", "features.12.squeeze_activation", "classifier.3"]

  private let folder: TemporaryFolder
  private let images: String

  init() throws {
    folder = try TemporaryFolder()
    images = try imageFolder(count: 5, in: folder)
    try folder.write("junk".utf8, to: "images/\(ImageNet.synsets[1])/z.png")
  }

  private func dump(
    _ name: String, layers: [String] = layers, _ change: (inout DumpRequest) -> Void = { _ in }
  ) throws -> RecordedDump {
    var request = try DumpRequest.squeezeNet(
      images: images, output: folder(name), layers: layers.map { LayerUnits(layer: $0) })
    request.onError = .skip
    change(&request)
    _ = try Dump(request).run()
    return try RecordedDump(opening: folder(name))
  }

  /// Returns, by unit, whether the unit is at most 0 at every position of every image that was read, computed
  /// from the maps themselves.
  private func truth() throws -> [String: [Bool]] {
    let maps = try dump("maps") { $0.reduction = .none }
    var found: [String: [Bool]] = [:]
    for layer in maps.layers {
      let values = try NPYFile.read(folder("maps/activations/\(layer.name).npy"))
      let units = values.shape[1]
      let positions = values.shape.extents.dropFirst(2).reduce(1, *)
      found[layer.name] = values.withUnsafeBufferPointer { values in
        (0..<units).map { unit in
          (0..<maps.images.count).filter(maps.images.isRecorded).allSatisfy { row in
            (0..<positions).allSatisfy { values[(row * units + unit) * positions + $0] <= 0 }
          }
        }
      }
    }
    return found
  }

  private func dead(_ layer: RecordedLayer) throws -> [Bool?] {
    let dead = try layer.deadUnits()
    return try layer.statistics(ofColumns: 0..<layer.units.count).enumerated().map { dead.isDead($0, $1) }
  }

  @Test("dead units agree with every position of the maps; a dump that cannot determine them gives no answer")
  func everyPosition() throws {
    let truth = try truth()
    let all = truth.values.flatMap { $0 }
    #expect(all.contains(true) && all.contains(false))
    let exact: [(String, (inout DumpRequest) -> Void)] = [
      ("baselines", { $0.baselines = true }),
      ("largest", { $0.reduction = .max }),
      ("extremes", { ($0.reduction, $0.keep) = (.max, .extremes(2)) }),
      ("columns", { ($0.reduction, $0.isUnitMajor) = (.max, true) }),
      ("token", { ($0.reduction, $0.baselines, $0.valueType) = (.token0, true, .float16) }),
    ]
    for (name, change) in exact {
      for layer in try dump(name, change).layers {
        #expect(try dead(layer) == truth[layer.name], "\(name) of \(layer.name)")
      }
    }
    for layer in try dump("mean").layers {
      let found = try dead(layer)
      let statistics = try layer.statistics(ofColumns: 0..<layer.units.count)
      guard layer.name == Self.layers[0] else {
        // The means of a ReLU's output, and of one position, are conclusive.
        #expect(found == truth[layer.name], "\(layer.name)")
        continue
      }
      #expect(found.contains { $0 == nil })
      for (unit, isDead) in found.enumerated() {
        #expect(isDead == (statistics[unit].isNeverPositive ? nil : false), "\(unit)")
        #expect(statistics[unit].isNeverPositive || truth[layer.name]?[unit] == false, "\(unit)")
      }
    }
  }

  @Test("the conclusion from a recorded value depends on the reduction and on the layer")
  func evidence() throws {
    var manifest = try Manifest.read(folderWithManifest())
    func evidence(_ reduction: Reduction, _ change: (inout Manifest.Array) -> Void) -> DeadUnits.Evidence {
      manifest.reduce = reduction.rawValue
      var layer = manifest.layers[0]
      (layer.positions, layer.nonNegative, layer.dtype) = (nil, nil, "<f4")
      change(&layer)
      return manifest.evidence(of: layer)
    }
    #expect(evidence(.max) { _ in } == .every && evidence(.none) { _ in } == .every)
    #expect(evidence(.mean) { _ in } == .none && evidence(.token0) { _ in } == .none)
    for reduction in [Reduction.mean, .token0] {
      #expect(evidence(reduction) { $0.positions = 1 } == .every)
      #expect(evidence(reduction) { $0.positions = 2 } == .none)
      #expect(evidence(reduction) { ($0.positions, $0.dtype) = (1, "<f2") } == .everyIfNegative)
    }
    #expect(evidence(.mean) { $0.nonNegative = true } == .every)
    // The first token alone allows no conclusion about the others.
    #expect(evidence(.token0) { $0.nonNegative = true } == .none)
    manifest.reduce = "median"
    #expect(manifest.evidence(of: manifest.layers[0]) == .none)
  }

  @Test(
    "a half-precision 0 may be a small positive number, NaN is not at most 0, and without images no unit is dead"
  )
  func values() {
    func isDead(_ values: [Float], _ evidence: DeadUnits.Evidence = .every, images: Int? = nil) -> Bool? {
      let statistics = UnitStatistics(of: values.span)
      return DeadUnits(evidence, images: images ?? values.count).isDead(0, statistics)
    }
    #expect(isDead([-1, 0, -0.0]) == true && isDead([-1, 1]) == false && isDead([-1, .nan]) == false)
    #expect(isDead([-1, -2], .everyIfNegative) == true && isDead([-1, 0], .everyIfNegative) == nil)
    #expect(isDead([-1, 1], .everyIfNegative) == false)
    #expect(
      isDead([-1, -2], .none) == nil && isDead([-1, 2], .none) == false && isDead([], .every) == false)
    // A skipped image has no number.
    #expect(isDead([-1, .nan], images: 1) == true)
    // Counts are integers, so that one position of a million images decides.
    let counted = DeadUnits(.none, images: 1_000_000, imagesWithout: [1_000_000, 999_999])
    let never = [Float(-1)].withUnsafeBufferPointer { UnitStatistics(of: $0.span) }
    #expect(counted.isDead(0, never) == true && counted.isDead(1, never) == false)
  }

  @Test("a manifest has the number of positions of a layer, the same in shards and merges")
  func manifests() throws {
    let whole = try dump("whole").manifest
    #expect(whole.layers.map(\.positions) == [169, 169, 1])
    #expect(whole.layers.map(\.nonNegative) == [nil, true, true] && whole.logits?.positions == nil)
    for index in 0..<2 { _ = try dump("parts/\(index)") { $0.shard = try? Shard(index: index, count: 2) } }
    _ = try Merge([folder("parts")], into: folder("merged")).run()
    let merged = try Manifest.read(folder("merged/manifest.json"))
    #expect(merged.layers.map(\.positions) == whole.layers.map(\.positions))
    #expect(merged.layers.map(\.nonNegative) == whole.layers.map(\.nonNegative))
  }

  @Test("baselines that are missing, of other units or of other images are an error that names the file")
  func brokenBaselines() throws {
    _ = try dump("dump", layers: [Self.layers[0]]) { $0.baselines = true }
    let file = "dump/baselines/\(Self.layers[0]).npz"
    let others = try dump("others", layers: [Self.layers[1]]) { ($0.baselines, $0.limit) = (true, 3) }
    #expect(others.images.count == 3)
    for source in ["others/baselines/\(Self.layers[1]).npz", nil] {
      try FileManager.default.removeItem(atPath: folder(file))
      if let source { try FileManager.default.copyItem(atPath: folder(source), toPath: folder(file)) }
      let layer = try RecordedDump(opening: folder("dump")).layers[0]
      let error = #expect(throws: Failure.self) { try layer.deadUnits() }
      #expect(error?.kind == (source == nil ? .inputMissing : .badData))
      #expect(error?.message.contains(file) == true, "\(error?.message ?? "")")
    }
  }

  private func folderWithManifest() throws -> String {
    _ = try dump("any", layers: [Self.layers[0]])
    return folder("any/manifest.json")
  }
}
