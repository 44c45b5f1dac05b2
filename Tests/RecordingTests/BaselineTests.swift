import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Machine
@testable import Recording
@testable import Statistics

@Suite("exact sums")
struct ExactSumsTests {
  @Test("do not depend on the order")
  func order() {
    var generator = SplitMix(seed: 3)
    let values = (0..<4000).map { _ in generator.nextUnit() * exp2(-40 + 70 * generator.nextUnit()) }
    var (forward, backward, halves) = (ExactSums(count: 1), ExactSums(count: 1), ExactSums(count: 1))
    for value in values { forward.add(value, to: 0) }
    for value in values.reversed() { backward.add(value, to: 0) }
    for part in [values[1700...], values[..<1700]] {
      var sums = ExactSums(count: 1)
      for value in part { sums.add(value, to: 0) }
      halves += sums
    }
    #expect(forward == backward && forward == halves)
    // The sum of doubles depends on the order; the exact sum does not.
    #expect(values.reduce(0, +) != values.reversed().reduce(0, +))
    #expect(abs(forward[0] - values.reduce(0, +)) <= 1e-12 * forward[0])
  }

  static let exact: [([Double], Double)] = [
    ([0x1p37, 0x1p-60, 0x1p-64], 0x1p37), ([0.1, 0.2, 0.3], 0.1 + 0.2 + 0.3), ([1 - 0x1p-53, 0x1p-53], 1),
    ([Double](repeating: 0.5, count: 7), 3.5), ([0x1p-65, 0x1p-65], 0), ([], 0),
  ]

  @Test("are exact", arguments: exact)
  func values(values: [Double], sum: Double) {
    var sums = ExactSums(count: 2)
    for value in values { sums.add(value, to: 1) }
    #expect(sums[0] == 0 && abs(sums[1] - sum) <= sum.ulp)
  }

  @Test("keep their last bit")
  func carries() {
    var sums = ExactSums(count: 1)
    for _ in 0..<3 { sums.add(1 - 0x1p-53, to: 0) }
    #expect(sums.whole == [2] && sums.fraction == [0 &- 3 << 11])
  }

  @Test("give NaN for values that cannot be added", arguments: [.nan, .infinity, 0x1p38, -1])
  func outliers(value: Double) {
    var sums = ExactSums(count: 2)
    sums.add(value, to: 0)
    sums.add(3, to: 0)
    sums.add(3, to: 1)
    #expect(sums[0].isNaN && sums[1] == 3 && sums.outliers == [1, 0])
  }
}

@Suite("baselines of a dump")
struct BaselineDumpTests {
  private func request(_ folder: TemporaryFolder, images: Int, _ output: String) throws -> DumpRequest {
    let files = FileManager.default.fileExists(atPath: folder("images"))
    let path = files ? folder("images") : try imageFolder(count: images, in: folder)
    var request = try DumpRequest.squeezeNet(images: path, output: folder(output))
    request.baselines = true
    return request
  }

  private func archives(_ path: String) throws -> [Data] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/baselines").sorted()
      .map { try Data(contentsOf: URL(fileURLWithPath: "\(path)/baselines/\($0)")) }
  }

  @Test("have the same bytes for any batch size and number of threads")
  func arrangements() throws {
    let folder = try TemporaryFolder()
    var first = try request(folder, images: 9, "one")
    (first.batchSize, first.threads) = (1, 1)
    _ = try Dump(first).run()
    var second = try request(folder, images: 9, "two")
    (second.batchSize, second.threads) = (4, 3)
    _ = try Dump(second).run()
    let (a, b) = (try archives(folder("one")), try archives(folder("two")))
    #expect(a.count == 3 && a == b)
    #expect(try DumpCheck(folder("one")).isIntact)
  }

  @Test("count each image once when the journal and the totals disagree about it")
  func disagreement() throws {
    let folder = try TemporaryFolder()
    _ = try Dump(request(folder, images: 20, "whole")).run()
    var stopped = try request(folder, images: 20, "stopped")
    (stopped.threads, stopped.batchSize) = (1, 2)
    let progress = RunProgress()
    // A dump that is stopped at once has a journal, totals of no image and a manifest.
    progress.cancel()
    _ = try Dump(stopped).run(progress: progress)
    let state = folder("stopped/baselines.state"), journal = folder("stopped/journal.tsv")
    let emptyTotals = try Data(contentsOf: URL(fileURLWithPath: state))
    let emptyJournal = try String(contentsOfFile: journal, encoding: .utf8)
    stopped.existing = .resume

    /// Records four more images.
    func advance() throws {
      let summary = try Dump(stopped).run(progress: RunProgress(cancellingAfter: 4))
      #expect(summary.state == .interrupted)
    }
    try advance()
    // The totals are older than the journal, as after a kill.
    try emptyTotals.write(to: URL(fileURLWithPath: state))
    try advance()
    // The journal is older than the totals, as after a power failure.
    try emptyJournal.write(toFile: journal, atomically: true, encoding: .utf8)
    _ = try Dump(stopped).run()
    #expect(try archives(folder("stopped")) == archives(folder("whole")))
    #expect(!FileManager.default.fileExists(atPath: state))
  }

  @Test("do not change a dump that is resumed without them")
  func identity() throws {
    let folder = try TemporaryFolder()
    var request = try request(folder, images: 3, "dump")
    _ = try Dump(request).run(progress: RunProgress(cancellingAfter: 1))
    (request.existing, request.baselines) = (.resume, false)
    #expect {
      _ = try Dump(request).run()
    } throws: { error in
      "\(error)".contains("baselines measured, not none")
    }
  }

  @Test("of shards are compared with their digests before they are added up")
  func merge() throws {
    let folder = try TemporaryFolder()
    for index in 0..<2 {
      var shard = try request(folder, images: 6, "part-\(index)")
      shard.shard = try Shard(index: index, count: 2)
      _ = try Dump(shard).run()
    }
    _ = try Dump(request(folder, images: 6, "whole")).run()
    let parts = [folder("part-0"), folder("part-1")]
    _ = try Merge(parts, into: folder("merged")).run()
    #expect(try archives(folder("merged")) == archives(folder("whole")))
    #expect(try DumpCheck(folder("merged")).isIntact)
    let file = folder("part-1/baselines/classifier.1.npz")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
    #expect(try !DumpCheck(parts[1]).isIntact)
    #expect {
      _ = try Merge(parts, into: folder("again")).run()
    } throws: { error in
      "\(error)".contains("classifier.1.npz does not have the SHA-256")
    }
  }
}
