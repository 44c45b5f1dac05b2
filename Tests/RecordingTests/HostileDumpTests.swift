import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Machine
@testable import Recording

/// Tests of untrusted dumps, whose manifests may contain anything.
struct HostileDumpTests {
  /// The changes of a manifest: the path of the entry, its new value, and a word of the error.
  private static let changes: [(path: [String], value: any Sendable, word: String)] = [
    (["images", "count"], -1, "-1 images"),
    (["images", "count"], Int.max, "images"),
    (["images", "skipped"], 7, "skipped"),
    (["logits", "shape"], [Int](), "no array"),
    (["logits", "shape"], [4, -3], "no array"),
    (["logits", "shape"], [4, Int.max, Int.max], "no array"),
    (["logits", "shape"], [Int.max, 1000], "rows"),
    (["logits", "file"], "../../elsewhere.npy", "elsewhere"),
    (["logits", "file"], "/etc/passwd", "passwd"),
    (["logits", "file"], "", "no array"),
    (["rows_done"], [[3]], "done"),
    (["rows_done"], [[3, 1]], "done"),
    (["rows_done"], [[0, 5]], "done"),
    (["logits", "shape"], [4, 1 << 21], "no array"),
    (["extremes"], ["limit": 0, "sample": 0], "from each end"),
    (["extremes"], ["limit": 1 << 40, "sample": 0], "from each end"),
    (["extremes"], ["limit": 3, "sample": 5], "sample"),
    (["extremes"], ["limit": 3, "sample": -1], "sample"),
    (["shard"], ["index": 0, "count": -1, "first_row": 0, "images_of_all": 4], "shard"),
    (["shard"], ["index": 0, "count": 1 << 40, "first_row": 0, "images_of_all": 4], "shard"),
    (["shard"], ["index": 1, "count": 2, "first_row": Int.max, "images_of_all": Int.max], "shard"),
    (["shard"], ["index": 1, "count": 2, "first_row": 0, "images_of_all": 4], "shard"),
  ]

  private func write(_ manifest: [String: Any], to folder: TemporaryFolder) throws {
    try folder.write(JSONSerialization.data(withJSONObject: manifest), to: "dump/manifest.json")
  }

  @Test("every reader of a manifest refuses an invalid entry with an error that names it")
  func manifests() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 4, in: folder)
    _ = try Dump(try .squeezeNet(images: images, output: folder("dump"))).run()
    let bytes = try #require(FileManager.default.contents(atPath: folder("dump/manifest.json")))
    let manifest = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    for change in Self.changes {
      var changed = manifest
      if change.path.count == 1 {
        changed[change.path[0]] = change.value
      } else {
        var inner = try #require(changed[change.path[0]] as? [String: Any])
        inner[change.path[1]] = change.value
        changed[change.path[0]] = inner
      }
      for state in ["complete", "running"] {
        changed["state"] = state
        try write(changed, to: folder)
        let readers: [() throws -> Void] = [
          { _ = try DumpInspection(folder("dump")) }, { _ = try DumpCheck(folder("dump")) },
          { _ = try Merge([folder("dump")], into: folder("whole")).run() },
        ]
        for read in readers {
          let error = #expect(throws: Failure.self) { try read() }
          #expect(
            error?.kind == .badData && "\(error.map { "\($0)" } ?? "")".contains(change.word), "\(change)")
        }
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["dump", "images"])
  }

  @Test("rows that a journal repeats are counted once, and rows beyond the end are not counted")
  func journals() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 8, in: folder)
    var request = try DumpRequest.squeezeNet(images: images, output: folder("dump"))
    (request.batchSize, request.threads) = (1, 1)
    _ = try Dump(request).run(progress: RunProgress(cancellingAfter: 3))
    let journal = try #require(FileManager.default.contents(atPath: folder("dump/journal.tsv")))
    let chunks = try #require(JournalContents(journal)).chunks
    let done = chunks.reduce(0) { $0 + $1.rows.count }
    // Every line is repeated, and rows are added that do not exist.
    let lines = journal.split(separator: 10).dropFirst().map { Array($0) }
    let wild = ["chunk\t7\t\(Int.max)\t0", "chunk\t0\t\(Int.max)\t0", "skip\t\(Int.max)\tno"].map {
      Array("\(sha256(Data($0.utf8)).prefix(16))\t\($0)".utf8)
    }
    try folder.write(journal + (lines + wild).joined(separator: [10]) + [10], to: "dump/journal.tsv")
    let inspection = try DumpInspection(folder("dump"))
    #expect(inspection.rowsDone == done && inspection.rowsMissing == [[done, 8]])
    let check = try DumpCheck(folder("dump"))
    #expect(check.done == done && check.changed == 0)
    request.existing = .resume
    #expect(try Dump(request).run().images == 8)
  }
}
