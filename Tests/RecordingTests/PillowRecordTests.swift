import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Dumps
@testable import Images
@testable import Inference
@testable import Machine
@testable import Models
@testable import Recording
@testable import Tensor

/// Tests of the Pillow version as part of a dump's identity.
struct PillowRecordTests {
  private let folder: TemporaryFolder
  private let images: String

  init() throws {
    folder = try TemporaryFolder()
    // The images are tall, so that the two versions differ.
    for index in 0..<4 {
      let image = PNG.photograph(width: 300, height: 800, seed: UInt64(index))
      try folder.write(image, to: "images/\(ImageNet.synsets[index / 2])/\(index).png")
    }
    images = folder("images")
  }

  private func request(_ output: String, _ pillow: PillowVersion?) throws -> DumpRequest {
    var request = try DumpRequest.squeezeNet(images: images, output: folder(output))
    (request.batchSize, request.threads, request.pillow) = (1, 1, pillow)
    return request
  }

  private func record(
    _ output: String, _ pillow: PillowVersion?, resume: Bool = false, until done: Int = .max
  ) throws {
    var request = try request(output, pillow)
    if resume { request.existing = .resume }
    _ = try Dump(request).run(progress: RunProgress(cancellingAfter: done))
  }

  private func manifest(_ output: String) throws -> Manifest {
    try Manifest.read(folder("\(output)/manifest.json"))
  }

  private func logits(_ output: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder("\(output)/logits.npy")))
  }

  /// Changes a manifest to the form without the Pillow version.
  private func forget(_ output: String) throws {
    let path = folder("\(output)/manifest.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let older = text.replacing(/,\s*"pillow" : 1[23]/, with: "")
    #expect(older != text)
    try older.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test("the version is 13 unless the user chooses 12, and it affects the numbers of tall images")
  func numbers() throws {
    for (output, pillow) in [("default", nil), ("13", .v13), ("12", PillowVersion.v12)] {
      try record(output, pillow)
    }
    #expect(try manifest("default").preprocessing.pillow == 13)
    #expect(try manifest("12").preprocessing.pillow == 12)
    #expect(try logits("default") == logits("13"))
    #expect(try logits("default") != logits("12"))
    let network = try Network(.named("squeezenet1_1"), weights: .seeded(1), pillow: .v12)
    let image = try #require(try ImageList.read(images).file(ofRow: 0) as String?)
    let output = try network.run(imageAt: image).output.elements
    #expect(floats(try logits("12")).prefix(output.count).elementsEqual(output))
  }

  @Test("a dump resumes only with the Pillow version that it began with")
  func resume() throws {
    try record("whole", .v12)
    try record("part", .v12, until: 2)
    let error = #expect(throws: Failure.self) { try record("part", .v13, resume: true) }
    #expect(error?.kind == .badData)
    #expect(error?.message.contains("Pillow 12, not") == true && error?.message.contains("Pillow 13") == true)
    try record("part", nil, resume: true)
    #expect(try logits("part") == logits("whole"))
    #expect(try manifest("part").preprocessing.pillow == 12)
  }

  @Test("a manifest without a Pillow version means 12")
  func unrecorded() throws {
    try record("whole", .v12)
    try record("part", .v12, until: 2)
    try forget("part")
    #expect(try manifest("part").preprocessing.pillow == nil)
    #expect(throws: Failure.self) { try record("part", .v13, resume: true) }
    try record("part", nil, resume: true)
    #expect(try logits("part") == logits("whole"))
  }

  @Test("shards of different Pillow versions are not merged; a shard without a version counts as 12")
  func merge() throws {
    func shard(_ index: Int, _ pillow: PillowVersion) throws {
      var request = try request("shards/\(index)", pillow)
      (request.shard, request.existing) = (try Shard(index: index, count: 2), .overwrite)
      _ = try Dump(request).run()
    }
    try shard(0, .v12)
    try shard(1, .v13)
    let error = #expect(throws: Failure.self) {
      try Merge([folder("shards")], into: folder("merged"), threads: 1)
    }
    #expect(error?.message.contains("Pillow 12") == true)
    try shard(1, .v12)
    try forget("shards/1")
    _ = try Merge([folder("shards")], into: folder("merged"), threads: 1).run()
    #expect(try manifest("merged").preprocessing.pillow == 12)
  }
}
