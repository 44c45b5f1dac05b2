import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Inference
@testable import Machine
@testable import Recording

/// Tests of merges that report missing shards, stop, and resume.
struct MergeTests {
  private let folder: TemporaryFolder
  private let images: String

  init() throws {
    folder = try TemporaryFolder()
    images = try imageFolder(count: 24, in: folder)
  }

  /// Records a shard of the images, or a part of a shard.
  private func record(_ shard: String, of count: Int = 4, until done: Int = .max, seed: UInt64 = 1) throws {
    let index = try #require(Int(shard))
    var request = try DumpRequest.squeezeNet(images: images, output: folder("shards/\(shard)"))
    (request.batchSize, request.threads, request.existing) = (1, 1, .overwrite)
    (request.shard, request.weights) = (try Shard(index: index, count: count), .seeded(seed))
    _ = try Dump(request).run(progress: RunProgress(cancellingAfter: done))
  }

  private func merge(_ existing: ExistingOutput = .refuse, until done: Int = .max) throws -> Merge.Summary? {
    try Merge([folder("shards")], into: folder("merged"), existing: existing, threads: 1)
      .run(progress: RunProgress(cancellingAfter: done))
  }

  private func refusal(_ existing: ExistingOutput = .refuse) -> Failure? {
    #expect(throws: Failure.self) { try merge(existing) }
  }

  @Test("an error names all missing shards and all missing rows")
  func missing() throws {
    for (shard, done) in [("1", 4), ("3", .max)] { try record(shard, until: done) }
    let first = try #require(refusal())
    #expect(first.kind == .inputMissing)
    #expect(first.message.contains("2 of 4 shards are missing: 0, 2; "))
    #expect(
      first.message.contains("shards/1 is not complete: it has 4 of its 6 images, without rows 10-11; "))
    try record("0", until: 5)
    try record("2")
    let second = try #require(refusal())
    #expect(second.kind == .badData && !second.message.contains("are missing"))
    #expect(second.message.contains("shards/0 is not complete: it has 5 of its 6 images, without rows 5;"))
    #expect(second.message.contains("without rows 10-11;"))
    #expect(!FileManager.default.fileExists(atPath: folder("merged")))
    let inspection = try DumpInspection(folder("shards/1"))
    #expect(inspection.rowsDone == 4 && inspection.rowsMissing == [[4, 6]])
  }

  @Test("a stopped merge resumes with the files that are missing, to the same bytes")
  func resuming() throws {
    for shard in 0..<4 { try record("\(shard)") }
    _ = try merge()
    let whole = try folder.files(below: "merged")
    try FileManager.default.removeItem(atPath: folder("merged"))

    #expect(try merge(until: 2) == nil)
    let stopped = try Manifest.read(folder("merged/manifest.json"))
    #expect(stopped.state == .interrupted && stopped.layers.map { $0.sha256 != nil } == [true, true, false])
    #expect(refusal()?.kind == .cannotCreate)
    // Files that are done are not read again, so a shard's file may be missing.
    try FileManager.default.removeItem(atPath: folder("shards/2/\(stopped.layers[1].file)"))
    #expect(try merge(.resume)?.images == 24)
    var resumed = try folder.files(below: "merged")
    #expect(try DumpCheck(folder("merged")).isIntact)
    // A second resume has nothing left to do and changes nothing.
    #expect(try merge(.resume)?.images == 24)
    #expect(try folder.files(below: "merged") == resumed)
    resumed["manifest.json"] = whole["manifest.json"]
    #expect(resumed == whole)
  }

  @Test("a merge starts again if it was killed before it recorded a file, or if its shards changed")
  func startingAgain() throws {
    for shard in 0..<4 { try record("\(shard)") }
    #expect(try merge(until: 2) == nil)
    let old = try String(contentsOfFile: folder("merged/manifest.json"), encoding: .utf8)
    for shard in 0..<4 { try record("\(shard)", seed: 2) }
    #expect(try merge(.resume)?.images == 24)
    #expect(try Manifest.read(folder("merged/manifest.json")).weights.name == "seeded:2")
    #expect(try DumpCheck(folder("merged")).isIntact)

    for shard in 0..<4 { try record("\(shard)") }
    let other = try #require(refusal(.resume))
    #expect(other.kind == .cannotCreate && other.message.contains("another dump"))
    try folder.write(old.utf8, to: "merged/manifest.json")
    try FileManager.default.removeItem(atPath: folder("merged/activations"))
    #expect(try merge(.resume) != nil)
    #expect(try DumpCheck(folder("merged")).isIntact)
  }

  @Test("a merge resumes when files were removed", arguments: [0, 2, Int.max])
  func removedFiles(done: Int) throws {
    for shard in 0..<4 { try record("\(shard)") }
    #expect(try (merge(until: done) == nil) == (done != .max))
    try FileManager.default.removeItem(atPath: folder("merged/activations"))
    #expect(try merge(.resume)?.images == 24)
    #expect(try DumpCheck(folder("merged")).isIntact)
  }

  @Test("a dump that is not a merge is not accepted as one")
  func otherDumps() throws {
    for shard in 0..<4 { try record("\(shard)") }
    _ = try Dump(try DumpRequest.squeezeNet(images: images, output: folder("merged"))).run()
    #expect(refusal(.resume)?.message.contains("another dump") == true)
    #expect(try merge(.overwrite)?.images == 24)
  }

  @Test("the shards to record are those missing or incomplete, in a folder that holds only shards")
  func shardsToRecord() throws {
    func missing(_ count: Int = 4) throws -> [Int] {
      try ShardFolders.missing(of: count, in: folder("shards"))
    }
    #expect(try missing() == [0, 1, 2, 3])
    try record("1", until: 4)
    try record("2")
    try folder.write("a log".utf8, to: "shards/logs/2.log")
    #expect(try missing() == [0, 1, 3])
    for shard in ["0", "1", "3"] { try record(shard) }
    #expect(try missing() == [])
    let error = #expect(throws: Failure.self) { try missing(5) }
    #expect(error?.message.contains("shards/0 is shard 0 of 4, not one of 5") == true)
    _ = try Dump(try DumpRequest.squeezeNet(images: images, output: folder("shards/whole"))).run()
    #expect(throws: Failure.self) { try missing() }
  }

  @Test("numbers are written as ranges")
  func ranges() {
    #expect(Ranges.text([3, 17, 18, 19, 21]) == "3,17-19,21")
    #expect(Ranges.text([0, 2], separator: ", ") == "0, 2" && Ranges.text([]).isEmpty)
  }
}
