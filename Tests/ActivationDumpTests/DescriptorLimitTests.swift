import Foundation
import TestSupport
import Testing

/// Tests of the real program under a limit on open files, which it cannot raise: `ulimit -n` also sets the
/// hard limit.
struct DescriptorLimitTests {
  private func run(_ limit: Int, _ folder: TemporaryFolder, _ arguments: String) throws -> Program.Outcome {
    try Program.shell(
      "ulimit -n \(limit); cd \"$1\"; exec timeout -s KILL 120 \"$0\" \(arguments)", folder.path)
  }

  @Test("the thirty files of a dump, of its shards and of its atlas need not all be open at once")
  func fewFiles() throws {
    let folder = try imageFolder(count: 12)
    let dump = "dump --model squeezenet1_1 --weights seeded:1 --images images --layers all --threads 2"
    func works(_ limit: Int, _ arguments: String) throws {
      let outcome = try run(limit, folder, arguments)
      #expect(outcome.status == 0, "\(limit): \(arguments): \(outcome.errors)")
    }
    try works(24, "\(dump) --output whole")
    try works(24, "\(dump) --output extremes --keep extremes:2 --baselines")
    for index in 0..<4 { try works(24, "\(dump) --output parts/\(index) --shard \(index)/4") }
    try works(24, "merge parts --output merged")
    for folder in ["whole", "extremes", "merged"] { try works(24, "check \(folder)") }
    try works(24, "units list --dump extremes --dead --output dead.txt")
    try works(24, "report extremes --output atlas")
    let (whole, merged) = try (folder.files(below: "whole"), folder.files(below: "merged"))
    #expect(whole.keys.count { $0.hasSuffix(".npy") } > 30)
    for (name, bytes) in whole where name.hasSuffix(".npy") { #expect(merged[name] == bytes, "\(name)") }
    #expect(try folder.files(below: "atlas").keys.contains { $0.hasSuffix(".jpg") })
  }

  @Test(
    "under every limit a dump is complete or refused in one sentence, and no image is skipped for lack of descriptors"
  )
  func everyLimit() throws {
    let folder = try imageFolder(count: 12)
    var (ran, refused) = (0, 0)
    for limit in 6...20 {
      let output = "out\(limit)"
      let outcome = try run(
        limit, folder,
        "dump --model squeezenet1_1 --weights seeded:1 --images images --output \(output) --threads 4 --batch-size 1"
          + " --on-error skip --layers features.3.squeeze,features.4.expand3x3")
      let files = try? folder.files(below: output)
      let table = files?["images.tsv"].map { String(decoding: $0, as: UTF8.self) } ?? ""
      #expect(!table.contains("skipped"), "\(limit): \(table)")
      if outcome.status == 0 {
        ran += 1
        #expect(files?["logits.npy"]?.count == 128 + 12 * 1000 * 4, "\(limit)")
      } else {
        refused += 1
        #expect(
          outcome.status < 128 && outcome.errors.contains("oo many open files")
            || outcome.errors.contains("too many files"),
          "\(limit): \(outcome.status), \(outcome.errors)")
      }
    }
    #expect(ran >= 2 && refused >= 1)
  }
}
