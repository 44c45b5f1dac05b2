import Foundation
import TestSupport
import Testing

/// The real program stopped in the middle of things, as often as `ACTIVATION_DUMP_FAULTS` says.
struct FaultTests {
  private static let faults =
    ProcessInfo.processInfo.environment["ACTIVATION_DUMP_FAULTS"].flatMap { Int($0) } ?? 8

  /// A dump that takes about half a second.
  private struct Case {
    let folder: TemporaryFolder
    private(set) var whole: [String: Data] = [:]

    /// What is kept, and how.
    let options: [String]

    init(_ options: String...) throws {
      self.options = options
      folder = try imageFolder(count: 4)
      for index in 0..<60 {
        try FileManager.default.createSymbolicLink(
          atPath: folder("images/n01440764/link\(index).png"),
          withDestinationPath: folder("images/n01440764/0.png"))
      }
      try folder.write("junk".utf8, to: "images/n01440764/zz.png")
      #expect(try Program.run("dump", arguments("whole")).status == 0)
      whole = try files("whole")
    }

    func arguments(_ output: String) -> [String] {
      [
        "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
        folder(output), "--layers", "features.*.squeeze,classifier.1", "--on-error", "skip", "--batch-size",
        "2",
        "--resume",
      ] + options
    }

    func files(_ output: String) throws -> [String: Data] {
      var files = try folder.files(below: output)
      files["manifest.json"] = nil
      return files
    }
  }

  @Test(
    "a dump ends in the same bytes wherever SIGKILL, SIGTERM and SIGUSR1 met it",
    arguments: [SIGKILL, SIGTERM, SIGUSR1])
  func signals(number: Int32) throws {
    let test = try Case()
    var generator = SplitMix(seed: UInt64(number))
    var stopped = 0
    for attempt in 0..<Self.faults {
      let output = "out\(attempt)"
      let delay = generator.nextUnit() * 0.9
      let outcome = try Program.run("dump", test.arguments(output)) { process in
        usleep(UInt32(delay * 1e6))
        kill(process.processIdentifier, number)
      }
      if outcome.status != 0 { stopped += 1 }
      // Before it listens, a program ends by the signal itself.
      if number != SIGKILL { #expect([0, 75, number].contains(outcome.status), "\(outcome.errors)") }
      let again = try Program.run("dump", test.arguments(output))
      #expect(again.status == 0, "\(again.errors)")
      #expect(try test.files(output) == test.whole, "\(number) after \(delay) s")
    }
    #expect(stopped > 0 || Self.faults < 3)
  }

  @Test("a dump ends in the same bytes wherever the disk was full")
  func fullDisk() throws {
    let test = try Case()
    var generator = SplitMix(seed: 3)
    for attempt in 0..<Self.faults {
      let output = "out\(attempt)"
      // A limit on the size of files, in blocks of 512 bytes: every write may be the one beyond it.
      let blocks = Int(generator.nextUnit() * 540)
      let words = test.arguments(output).map { "'\($0)'" }.joined(separator: " ")
      let outcome = try Program.shell("ulimit -f \(blocks); exec \"$0\" dump \(words)")
      #expect([0, 73, 74].contains(outcome.status), "\(blocks) blocks: \(outcome.errors)")
      let again = try Program.run("dump", test.arguments(output))
      #expect(again.status == 0, "\(blocks) blocks: \(again.errors)")
      #expect(try test.files(output) == test.whole, "\(blocks) blocks")
    }
  }

  @Test("extremes end in the same bytes wherever SIGKILL met them, twice in a row")
  func killedExtremes() throws {
    let test = try Case("--keep", "extremes:5", "--spill-rows", "6")
    var generator = SplitMix(seed: 17)
    var stopped = 0
    for attempt in 0..<Self.faults {
      let output = "out\(attempt)"
      for _ in 0..<2 {
        let delay = generator.nextUnit() * 0.9
        let outcome = try Program.run("dump", test.arguments(output)) { process in
          usleep(UInt32(delay * 1e6))
          kill(process.processIdentifier, SIGKILL)
        }
        if outcome.status != 0 { stopped += 1 }
      }
      let again = try Program.run("dump", test.arguments(output))
      #expect(again.status == 0, "\(again.errors)")
      #expect(try test.files(output) == test.whole)
    }
    #expect(stopped > 0 || Self.faults < 3)
  }

  @Test("extremes end in the same bytes wherever the disk was full, folding included")
  func fullDiskOfExtremes() throws {
    let test = try Case("--keep", "extremes:5", "--spill-rows", "6")
    var generator = SplitMix(seed: 5)
    var failed = 0
    for attempt in 0..<Self.faults {
      let output = "out\(attempt)"
      // The snapshot has some 560 kB, the files of layers up to 400 kB, the spill some 60 kB.
      let blocks = Int(generator.nextUnit() * 1200)
      let words = test.arguments(output).map { "'\($0)'" }.joined(separator: " ")
      let outcome = try Program.shell("ulimit -f \(blocks); exec \"$0\" dump \(words)")
      if outcome.status != 0 { failed += 1 }
      #expect([0, 73, 74].contains(outcome.status), "\(blocks) blocks: \(outcome.errors)")
      let again = try Program.run("dump", test.arguments(output))
      #expect(again.status == 0, "\(blocks) blocks: \(again.errors)")
      #expect(try test.files(output) == test.whole, "\(blocks) blocks")
    }
    #expect(failed > 0 || Self.faults < 3)
  }

  @Test("two processes on one output: the second is refused, and the first ends undisturbed")
  func together() throws {
    let test = try Case()
    let first = try Program.run("dump", test.arguments("out")) { process in
      while !FileManager.default.fileExists(atPath: test.folder("out/journal.tsv")) && process.isRunning {
        usleep(1000)
      }
      guard process.isRunning else { return }
      let second = try Program.run("dump", test.arguments("out"))
      #expect(second.status == 73 && second.errors.contains("another process") || !process.isRunning)
    }
    #expect(first.status == 0)
    #expect(try test.files("out") == test.whole)
  }
}
