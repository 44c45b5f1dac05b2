import Foundation
import TestSupport
import Testing

/// Tests that stop the real program at random moments, as many times as `ACTIVATION_DUMP_FAULTS` says.
struct FaultTests {
  @Test(
    "a dump ends with the same bytes after a signal at any time",
    arguments: [SIGKILL, SIGTERM, SIGUSR1, SIGINT],
    FaultCase.kinds)
  func signals(number: Int32, kind: [String]) throws {
    let test = try FaultCase(images: 64, options: kind)
    var generator = SplitMix(seed: UInt64(number))
    // The duration of a run on this machine is measured, so that signals arrive during the whole run.
    let start = Date()
    try test.expectToEndWell("undisturbed", "without a signal")
    let duration = min(Date().timeIntervalSince(start), 5)
    var stopped = 0
    for attempt in 0..<FaultCase.faults {
      let output = "out\(attempt)"
      let delay = generator.nextUnit() * duration
      let outcome = try Program.run("dump", test.arguments(output)) { process in
        usleep(UInt32(delay * 1e6))
        kill(process.processIdentifier, number)
      }
      if outcome.status != 0 { stopped += 1 }
      // A signal that arrives before the handlers are installed ends the program.
      let expected = number == SIGINT ? 130 : 75
      if number != SIGKILL {
        #expect([0, Int32(expected), number].contains(outcome.status), "\(outcome.errors)")
      }
      try test.expectToEndWell(output, "signal \(number) after \(delay) s")
      try FileManager.default.removeItem(atPath: test.folder(output))
    }
    #expect(stopped > 0 || FaultCase.faults < 20)
    print("signal \(number), kind \(kind): \(FaultCase.faults) times, \(stopped) of them before the end")
  }

  @Test("a dump ends with the same bytes after any file could not grow", arguments: FaultCase.kinds)
  func fileSize(kind: [String]) throws {
    let test = try FaultCase(images: 64, options: kind)
    var generator = SplitMix(seed: 3)
    var stopped = 0
    for attempt in 0..<FaultCase.faults {
      let output = "out\(attempt)"
      // The limit on file sizes is in blocks of 512 bytes. Any write may exceed it.
      let blocks = Int(generator.nextUnit() * 540)
      let outcome = try Program.shell("ulimit -f \(blocks); exec \"$0\" dump \(test.words(output))")
      #expect([0, 73, 74].contains(outcome.status), "\(blocks) blocks: \(outcome.errors)")
      if outcome.status != 0 {
        stopped += 1
        #expect(isOneSentence(outcome.errors), "\(blocks) blocks: \(outcome.errors)")
      }
      try test.expectToEndWell(output, "\(blocks) blocks")
      try FileManager.default.removeItem(atPath: test.folder(output))
    }
    #expect(stopped > 0 || FaultCase.faults < 20)
    print("file size, kind \(kind): \(FaultCase.faults) limits, \(stopped) of them too small")
  }

  @Test(
    "a dump ends with the same bytes after the disk was full and had room again", arguments: FaultCase.kinds)
  func fullDisk(kind: [String]) throws {
    let test = try FaultCase(images: 64, options: kind)
    // Extremes need room for their snapshots, and for the rows between snapshots, until they are complete.
    let room = test.whole.values.reduce(0) { $0 + $1.count } >> 10 + (kind.isEmpty ? 300 : 8192)
    guard let disk = try SmallDisk(kilobytes: room) else { return }  // not root
    var generator = SplitMix(seed: 7)
    var stopped = 0
    for attempt in 0..<FaultCase.faults {
      let output = "\(disk.path)/out\(attempt)"
      let delay = generator.nextUnit() * 0.6
      let outcome = try Program.run("dump", test.arguments(output)) { process in
        usleep(UInt32(delay * 1e6))
        // Another process fills the disk.
        let filler = fopen("\(disk.path)/filler", "w")
        let piece = [UInt8](repeating: 1, count: 4096)
        while fwrite(piece, 1, piece.count, filler) == piece.count && fflush(filler) == 0 {}
        if let filler { fclose(filler) }
      }
      #expect([0, 73, 74].contains(outcome.status), "after \(delay) s: \(outcome.errors)")
      if outcome.status != 0 {
        stopped += 1
        #expect(isOneSentence(outcome.errors), "\(outcome.errors)")
      }
      try FileManager.default.removeItem(atPath: "\(disk.path)/filler")
      try test.expectToEndWell(output, "full after \(delay) s")
      try FileManager.default.removeItem(atPath: output)
    }
    print("full disk, kind \(kind): \(FaultCase.faults) times, \(stopped) of them before the end")
  }

  @Test("of two processes with one output, the second is refused, and the first ends undisturbed")
  func together() throws {
    let test = try FaultCase(images: 64)
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
