import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Formats
@testable import Machine
@testable import Recording
@testable import Statistics
@testable import Tensor

/// Tests that compare dumps that keep extremes with dumps that keep everything.
struct ExtremesTests: ExtremesCase {
  let folder: TemporaryFolder
  let images: String
  let measuresBaselines = false

  init() throws { (folder, images) = try Self.makeImages() }

  @Test("the extremes of every unit agree with the matrix", arguments: [1, 6, 41, 200])
  func equality(limit: Int) throws {
    _ = try Dump(try request("all", .all)).run()
    let summary = try Dump(try request("kept", .extremes(limit))).run()
    #expect(summary.images == 40 && summary.skipped == 1)
    let (all, kept) = (try RecordedDump(opening: folder("all")), try RecordedDump(opening: folder("kept")))
    #expect(
      try files("kept").keys.sorted() == [
        "extremes/classifier.1.npz", "extremes/features.3.squeeze.npz", "images.tsv", "logits.npy",
      ])
    #expect(try files("kept")["logits.npy"] == files("all")["logits.npy"])
    let sampled = RowSample.rows(12, of: 41)
    for (matrix, layer) in zip(all.layers, kept.layers) {
      #expect(matrix.storage == .matrix && layer.storage == .extremes(limit) && layer.units == matrix.units)
      let columns = 0..<matrix.units.count
      #expect(try matrix.statistics(ofColumns: columns) == layer.statistics(ofColumns: columns))
      for column in columns {
        let (whole, ends) = (try matrix.ranking(ofColumn: column), try layer.ranking(ofColumn: column))
        #expect(whole.count == 40 && ends.count == 40 && ends.isComplete == (limit >= 20))
        for rank in 0..<40 {
          let known = rank < limit || rank >= 40 - limit
          #expect(ends[rank] == (known ? whole[rank] : nil))
        }
        #expect(ends.highest(3) == Array(whole.highest(3).prefix(limit)))
        let values = try matrix.values(ofColumn: column)
        let sample = try #require(try layer.sample(ofColumn: column))
        #expect(
          sample == sampled.filter { !values[$0].isNaN }.map { RankedImage(row: $0, value: values[$0]) })
      }
      #expect(try matrix.sample(ofColumn: 0) == nil)
      #expect(throws: Failure.self) { try layer.values(ofColumn: 0) }
    }
    #expect(try DumpCheck(folder("kept")).isIntact)
  }

  @Test("the bytes do not depend on batch size, threads or how often rows are folded")
  func determinism() throws { try expectTheSameBytesHoweverComputed() }

  @Test("a dump that was stopped several times resumes to the same bytes", arguments: [1, 5, 1000])
  func resuming(spillRows: Int) throws {
    _ = try Dump(try request("whole")).run()
    var stopped = try request("stopped")
    (stopped.existing, stopped.spillRows) = (.resume, spillRows)
    var runs = 0
    while try Dump(stopped).run(progress: RunProgress(cancellingAfter: 4)).state != .complete {
      runs += 1
      let check = try DumpCheck(folder("stopped"))
      #expect(check.done > 0 && check.changed == 0 && check.state == .interrupted)
      stopped.threads = 1 + runs % 3
    }
    #expect(runs > 4)
    #expect(try files("stopped") == files("whole"))
  }

  /// Simulates a crash: the files of a dump are from different moments.
  @Test("rows whose spilled bytes, snapshot or journal are missing are done again")
  func losses() throws {
    _ = try Dump(try request("whole")).run()
    for loss in 0..<6 {
      var stopped = try request("stopped")
      (stopped.existing, stopped.spillRows) = (.overwrite, loss == 1 ? 1000 : 9)
      _ = try Dump(stopped).run(progress: RunProgress(cancellingAfter: 8))
      let older = try folder.files(below: "stopped")
      stopped.existing = .resume
      _ = try Dump(stopped).run(progress: RunProgress(cancellingAfter: 16))
      let newer = try folder.files(below: "stopped")
      switch loss {
      case 0: try FileManager.default.removeItem(atPath: folder("stopped/extremes.state"))
      case 1:
        var spill = try #require(newer["extremes.rows"])
        spill[spill.count / 2] ^= 1
        try folder.write(spill, to: "stopped/extremes.rows")
        #expect(try DumpCheck(folder("stopped")).changed > 0)
      case 2: try folder.write(try #require(older["extremes.state"]), to: "stopped/extremes.state")
      case 3: try folder.write(try #require(older["journal.tsv"]), to: "stopped/journal.tsv")
      case 4: try folder.write(try #require(older["extremes.rows"]), to: "stopped/extremes.rows")
      default: try FileManager.default.removeItem(atPath: folder("stopped/extremes.rows"))
      }
      #expect(try Dump(stopped).run().state == .complete)
      #expect(try files("stopped") == files("whole"), "loss \(loss)")
    }
  }

  @Test("shards merge to the bytes of one run, also when resumed", arguments: [1, 3, 7])
  func merging(count: Int) throws {
    _ = try Dump(try request("whole")).run()
    for index in 0..<count {
      var part = try request("shards/\(index)")
      part.shard = try Shard(index: index, count: count)
      _ = try Dump(part).run()
    }
    let shard = try RecordedDump(opening: folder("shards/\(count - 1)"))
    let last = try shard.layers[0].ranking(ofColumn: 0)
    let whole = try RecordedDump(opening: folder("whole"))
    let first = shard.manifest.shard?.firstRow ?? 0
    #expect(last.count == shard.images.recordedCount)
    #expect(
      last.lowest(3).map { shard.images.path(ofRow: $0.row) }
        == last.lowest(3).map { whole.images.path(ofRow: $0.row + first) })

    let stopped = try Merge([folder("shards")], into: folder("merged"), threads: 1)
      .run(progress: RunProgress(cancellingAfter: 1))
    #expect(stopped == nil)
    let summary = try #require(
      try Merge([folder("shards")], into: folder("merged"), existing: .resume).run())
    #expect(summary.images == 40 && summary.skipped == 1 && summary.shards == count)
    #expect(try files("merged") == files("whole"))
    #expect(try DumpCheck(folder("merged")).isIntact)

    var bytes = try #require(try files("shards/0")["extremes/classifier.1.npz"])
    bytes[bytes.count / 2] ^= 1
    try folder.write(bytes, to: "shards/0/extremes/classifier.1.npz")
    let error = #expect(throws: Failure.self) {
      try Merge([folder("shards")], into: folder("again")).run()
    }
    #expect(error?.message.contains("shards/0/extremes/classifier.1.npz does not have the SHA-256") == true)
  }

  @Test("contradicting settings, and differences from the existing dump, are named")
  func refusals() throws {
    func refusal(_ change: (inout DumpRequest) -> Void) throws -> Failure? {
      var other = try request("out")
      other.existing = .resume
      change(&other)
      do { _ = try Dump(other).run() } catch { return error as? Failure }
      return nil
    }
    for change: (inout DumpRequest) -> Void in [
      { $0.reduction = .none }, { $0.valueType = .float16 }, { $0.isUnitMajor = true },
    ] {
      #expect(try refusal(change)?.kind == .usage)
    }
    #expect(try refusal { ($0.keep, $0.isUnitMajor, $0.reduction) = (.all, true, .none) }?.kind == .usage)
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
    #expect(try refusal { _ in } == nil)
    #expect(
      try refusal { $0.keep = .all }?.message.contains("keep extremes:6 with a sample of 12, not all") == true
    )
    #expect(try refusal { $0.keep = .extremes(7) }?.message.contains("not extremes:7") == true)
    #expect(try refusal { _ in } == nil)
    for text in ["none", "extremes:", "extremes:0", "extremes:x", "extremes:10001", "all:3", ""] {
      #expect(throws: Failure.self) { try Retention(text) }
    }
    #expect(
      try Retention("extremes") == .extremes(201) && Retention("extremes:9") == .extremes(9)
        && Retention("all") == .all)
  }
}
