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

    init() throws {
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
      ]
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
