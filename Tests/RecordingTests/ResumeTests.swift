import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Dumps
@testable import Inference
@testable import Machine
@testable import Models
@testable import Recording
@testable import Tensor
@testable import Units

/// Tests of dumps that stop and resume, and of dumps in shards.
struct ResumeTests {
  private func files(_ folder: TemporaryFolder, _ name: String) throws -> [String: Data] {
    var files = try folder.files(below: name)
    files["manifest.json"] = nil
    return files
  }

  private func request(_ folder: TemporaryFolder, _ images: String, _ output: String) throws -> DumpRequest {
    var request = try DumpRequest.squeezeNet(
      images: images, output: folder(output), layers: [.init(layer: "features.3.squeeze")])
    (request.batchSize, request.threads) = (2, 1)
    return request
  }

  /// Runs a dump and cancels it after some images are done.
  private func run(_ request: DumpRequest, until done: Int) throws -> DumpSummary {
    try Dump(request).run(progress: RunProgress(cancellingAfter: done))
  }

  @Test("a stopped dump resumes to the bytes of an uninterrupted one, for any batch size")
  func resuming() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 40, in: folder)
    _ = try Dump(try request(folder, images, "whole")).run()
    var stopped = try request(folder, images, "stopped")
    let first = try run(stopped, until: 4)
    #expect(first.state == .interrupted && first.images >= 4 && first.images < 40)
    let manifest = try Manifest.read(folder("stopped/manifest.json"))
    #expect(manifest.rowsDone?.reduce(0) { $0 + $1[1] - $1[0] } == first.images)
    #expect(try DumpInspection(folder("stopped")).rowsDone == first.images)
    let check = try DumpCheck(folder("stopped"))
    #expect(check.done == first.images && check.changed == 0 && !check.isIntact)

    stopped.existing = .resume
    (stopped.batchSize, stopped.threads) = (3, 2)
    let second = try Dump(stopped).run()
    #expect(second.state == .complete && second.images == 40)
    #expect(try files(folder, "stopped") == files(folder, "whole"))
    #expect(try Manifest.read(folder("stopped/manifest.json")).resumed == 1)
    #expect(try DumpCheck(folder("stopped")).isIntact)
    // A second resume has nothing left to do and changes nothing.
    let before = try folder.files(below: "stopped")
    #expect(try Dump(stopped).run().images == 40)
    #expect(try folder.files(below: "stopped") == before)
  }

  @Test("journalled rows whose bytes are lost are done again")
  func lostRows() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 24, in: folder)
    _ = try Dump(try request(folder, images, "whole")).run()
    var stopped = try request(folder, images, "stopped")
    _ = try run(stopped, until: 6)
    // The journal has lost its last line and some of the bytes are missing, as after a power failure.
    let journal = String(
      decoding: try #require(FileManager.default.contents(atPath: folder("stopped/journal.tsv"))),
      as: UTF8.self)
    let lines = journal.split(separator: "\n").filter { !$0.contains("\tsynced\t") }
    try folder.write((lines.joined(separator: "\n") + "\n").utf8, to: "stopped/journal.tsv")
    var bytes = try #require(FileManager.default.contents(atPath: folder("stopped/logits.npy")))
    bytes[128 + 17] ^= 1
    try folder.write(bytes, to: "stopped/logits.npy")
    #expect(try DumpCheck(folder("stopped")).changed > 0)
    stopped.existing = .resume
    #expect(try Dump(stopped).run().state == .complete)
    #expect(try files(folder, "stopped") == files(folder, "whole"))
  }

  @Test("a dump that an unreadable image stopped can be resumed, and skipped rows are remembered")
  func failing() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 12, in: folder)
    try folder.write("junk".utf8, to: "images/\(ImageNet.synsets[2])/z.png")
    var whole = try request(folder, images, "whole")
    whole.onError = .skip
    _ = try Dump(whole).run()
    var stopped = try request(folder, images, "stopped")
    #expect(throws: (any Error).self) { try Dump(stopped).run() }
    #expect(try Manifest.read(folder("stopped/manifest.json")).state == .failed)
    (stopped.existing, stopped.onError) = (.resume, .skip)
    _ = try run(stopped, until: 4)
    let summary = try Dump(stopped).run()
    #expect(summary.skipped == 1 && summary.images == 12)
    #expect(try files(folder, "stopped") == files(folder, "whole"))
  }

  @Test("a different recording is not resumed, and the message names the differences")
  func otherRecordings() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 6, in: folder)
    var stopped = try request(folder, images, "out")
    _ = try run(stopped, until: 2)
    stopped.existing = .resume
    func refusal(_ change: (inout DumpRequest) -> Void) throws -> String {
      var other = stopped
      change(&other)
      do {
        _ = try Dump(other).run()
        return ""
      } catch let error as Failure {
        #expect(error.kind == .badData)
        return error.message
      }
    }
    #expect(try refusal { $0.weights = .seeded(2) }.contains("weights seeded:1, not seeded:2"))
    #expect(try refusal { $0.limit = 5 }.contains("images list"))
    #expect(try refusal { $0.reduction = .max }.contains("reduction mean, not max"))
    #expect(
      try refusal { $0.layers = [.init(layer: "classifier.1")] }.contains(
        "layers features.3.squeeze, not classifier.1"))
    #expect(
      try refusal { $0.layers = [.init(layer: "features.3.squeeze", units: [1])] }.contains("the columns of"))
    #expect(try refusal { $0.shard = try? Shard("0/2") }.contains("shard none, not 0/2"))
    #expect(
      try refusal { $0.model = (try? Model.named("squeezenet1_1-caffe")) ?? $0.model }.contains("model"))
    #expect(try Dump(stopped).run().state == .complete)
  }

  @Test("a folder that is being written is refused to other processes")
  func locked() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 2, in: folder)
    try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
    let lock = try FolderLock(folder("out"))
    let error = #expect(throws: Failure.self) { try Dump(try request(folder, images, "out")).run() }
    #expect(
      error?.kind == .cannotCreate && error?.message.contains("being written by another process") == true)
    withExtendedLifetime(lock) {}
  }

  @Test(
    "the remains of a dump that was stopped before it began do not block another",
    arguments: [ExistingOutput.refuse, .resume, .overwrite])
  func remains(existing: ExistingOutput) throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 2, in: folder)
    for name in ["lock", "journal.tsv", "manifest.json.x1.tmp", "activations/features.3.squeeze.npy"] {
      try folder.write("?".utf8, to: "out/\(name)")
    }
    var request = try request(folder, images, "out")
    request.existing = existing
    #expect(try Dump(request).run().state == .complete)
    #expect(
      try folder.files(below: "out").keys.sorted() == [
        "activations/features.3.squeeze.npy", "images.tsv", "logits.npy", "manifest.json",
      ])
  }

  @Test("shards merge to the bytes of one run", arguments: [1, 3, 7])
  func merging(count: Int) throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 11, in: folder)
    try folder.write("junk".utf8, to: "images/\(ImageNet.synsets[2])/z.png")
    var whole = try request(folder, images, "whole")
    whole.onError = .skip
    _ = try Dump(whole).run()
    for index in (0..<count).reversed() {
      var part = try request(folder, images, "shards/\(index)")
      (part.shard, part.onError) = (try Shard(index: index, count: count), .skip)
      _ = try Dump(part).run()
    }
    let summary = try #require(try Merge([folder("shards")], into: folder("merged")).run())
    #expect(summary.shards == count && summary.images == 11 && summary.skipped == 1)
    #expect(try files(folder, "merged") == files(folder, "whole"))
    let (merged, single) = (
      try Manifest.read(folder("merged/manifest.json")), try Manifest.read(folder("whole/manifest.json"))
    )
    #expect(
      merged.differences(from: single).isEmpty && merged.images.skipped == 1 && merged.merged?.count == count)
    #expect(merged.layers.map(\.sha256) == single.layers.map(\.sha256))
    #expect(merged.images.tableSha256 == single.images.tableSha256)
    #expect(try DumpCheck(folder("merged")).isIntact)
  }

  @Test("missing, duplicate, incomplete and changed shards, and shards of another recording, are named")
  func badShards() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 12, in: folder)
    for index in 0..<4 {
      var part = try request(folder, images, "shards/\(index)")
      part.shard = try Shard(index: index, count: 4)
      _ = try Dump(part).run()
    }
    func refusal(_ names: [String]) -> String {
      do {
        _ = try Merge(names.map { folder("shards/\($0)") }, into: folder("merged")).run()
        return ""
      } catch { return "\(error)" }
    }
    #expect(refusal(["0", "3"]).contains("2 of 4 shards are missing: 1-2"))
    #expect(refusal(["0", "1", "2", "3", "3"]).contains("both shard 3"))
    #expect(!FileManager.default.fileExists(atPath: folder("merged")))

    var other = try request(folder, images, "shards/other")
    (other.shard, other.weights) = (try Shard(index: 2, count: 4), .seeded(2))
    _ = try Dump(other).run()
    #expect(refusal(["0", "1", "other", "3"]).contains("weights seeded:1, not seeded:2"))
    (other.weights, other.existing) = (.seeded(1), .overwrite)
    _ = try run(other, until: 2)
    #expect(refusal(["0", "1", "other", "3"]).contains("is not complete: it has 2 of its 3 images"))

    var bytes = try #require(FileManager.default.contents(atPath: folder("shards/1/logits.npy")))
    bytes[4000] ^= 4
    try folder.write(bytes, to: "shards/1/logits.npy")
    #expect(try DumpCheck(folder("shards/1")).files.first { $0.file == "logits.npy" }?.verdict == .changed)
    #expect(refusal(["0", "1", "2", "3"]).contains("shards/1/logits.npy does not have the SHA-256"))
  }
}
