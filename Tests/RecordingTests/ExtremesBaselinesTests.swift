import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Machine
@testable import Recording
@testable import Statistics

/// Tests of baselines beside extremes: each row counts once in totals and in extremes, wherever the dump was
/// stopped.
struct ExtremesBaselinesTests: ExtremesCase {
  let folder: TemporaryFolder
  let images: String
  let measuresBaselines = true

  init() throws { (folder, images) = try Self.makeImages() }

  private func baselines(_ name: String) throws -> [String: Data] {
    try files(name).filter { $0.key.hasPrefix("baselines/") }
  }

  @Test("baselines have the same bytes as beside matrices, and extremes agree with those matrices")
  func equality() throws {
    _ = try Dump(try request("all", .all)).run()
    _ = try Dump(try request("kept")).run()
    #expect(try baselines("kept").count == 2 && baselines("kept") == baselines("all"))
    #expect(try files("kept")["logits.npy"] == files("all")["logits.npy"])
    let (all, kept) = (try RecordedDump(opening: folder("all")), try RecordedDump(opening: folder("kept")))
    for (matrix, layer) in zip(all.layers, kept.layers) {
      for column in 0..<matrix.units.count {
        let (whole, ends) = (try matrix.ranking(ofColumn: column), try layer.ranking(ofColumn: column))
        for rank in Array(0..<6) + Array(34..<40) { #expect(ends[rank] == whole[rank]) }
      }
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
      stopped.threads = 1 + runs % 3
    }
    // Rows that are done are not done again.
    #expect((5...11).contains(runs))
    #expect(try files("stopped") == files("whole"))
  }

  /// The files that are lost, or replaced by an earlier state, while the other files have a later state.
  static let losses: [(file: String, spillRows: Int)] = [
    ("baselines.state", 9), ("baselines.state", 1000), ("extremes.state", 9), ("journal.tsv", 9),
    ("journal.tsv", 1000), ("extremes.rows", 9), ("extremes.rows", 1000),
  ]

  @Test(
    "rows count once when totals, snapshot, spilled rows and journal disagree about them", arguments: losses)
  func disagreement(file: String, spillRows: Int) throws {
    _ = try Dump(try request("whole")).run()
    for isGone in [false, true] {
      var stopped = try request("stopped")
      (stopped.existing, stopped.spillRows) = (.overwrite, spillRows)
      _ = try Dump(stopped).run(progress: RunProgress(cancellingAfter: 12))
      let older = try folder.files(below: "stopped")[file]
      stopped.existing = .resume
      _ = try Dump(stopped).run(progress: RunProgress(cancellingAfter: 14))
      if let older, !isGone {
        try folder.write(older, to: "stopped/\(file)")
      } else {
        try FileManager.default.removeItem(atPath: folder("stopped/\(file)"))
      }
      #expect(try Dump(stopped).run().state == .complete)
      #expect(try files("stopped") == files("whole"), "\(file), gone: \(isGone)")
    }
  }

  @Test("shards merge to the bytes of one run", arguments: [1, 3])
  func merging(count: Int) throws {
    _ = try Dump(try request("whole")).run()
    for index in 0..<count {
      var part = try request("shards/\(index)")
      part.shard = try Shard(index: index, count: count)
      _ = try Dump(part).run()
    }
    _ = try Merge([folder("shards")], into: folder("merged")).run()
    #expect(try files("merged") == files("whole"))
    #expect(try DumpCheck(folder("merged")).isIntact)
  }
}
