import Foundation
import TestSupport
import Testing

/// Tests in which every call that changes the output fails once: `Tests/Fixtures/faults/failing.c`, preloaded
/// before the C library.
struct FailingCallTests {
  /// The effect of a fault on a call; see the fixture.
  enum Fault: String, CaseIterable {
    case full, short, kill, torn
    case inputOutput = "5"
    case interrupted = "4"
  }

  /// Returns the step between tested calls. A short run, without `ACTIVATION_DUMP_FAULTS`, tests every call
  /// only for the full disk and for SIGKILL, and every fifth call for the other faults.
  private static func step(_ fault: Fault) -> Int {
    switch fault {
    case .full, .kill: 1
    default: FaultCase.faults < 50 ? 5 : 1
    }
  }

  private func run(
    _ command: String, _ arguments: [String], changing path: String, call: Int, _ fault: Fault
  ) throws -> (outcome: Program.Outcome, calls: Int?) {
    let folder = try TemporaryFolder()
    let environment = [
      "LD_PRELOAD": try FaultLibrary.failing.get(), "FAULT_FOLDER": path, "FAULT_AT": "\(call)",
      "FAULT_HOW": fault.rawValue, "FAULT_COUNT": folder("count"),
    ]
    let outcome = try Program.run(command, arguments, environment: environment)
    let text = try? String(contentsOfFile: folder("count"), encoding: .utf8)
    return (outcome, text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
  }

  private func check(_ outcome: Program.Outcome, _ fault: Fault, _ words: String) {
    switch fault {
    case .kill, .torn: #expect(outcome.status == SIGKILL, "\(words): \(outcome.errors)")
    default:
      #expect([0, 73, 74].contains(outcome.status), "\(words): \(outcome.errors)")
      #expect(outcome.status == 0 || isOneSentence(outcome.errors), "\(words): \(outcome.errors)")
    }
  }

  @Test(
    "a dump reports any failed call and resumes to the same bytes", arguments: Fault.allCases,
    FaultCase.kinds)
  func dump(fault: Fault, kind: [String]) throws {
    let test = try FaultCase(images: 9, options: kind + ["--threads", "1"])
    let (undisturbed, calls) = try run(
      "dump", test.arguments("undisturbed"), changing: test.folder("undisturbed"), call: 0, fault)
    #expect(undisturbed.status == 0)
    let count = try #require(calls)
    #expect(count > 30)
    var failed = 0
    for call in stride(from: 1, through: count, by: Self.step(fault)) {
      let output = "out\(call)"
      let (outcome, _) = try run(
        "dump", test.arguments(output), changing: test.folder(output), call: call, fault)
      check(outcome, fault, "\(fault) at call \(call) of \(count)")
      if outcome.status != 0 { failed += 1 }
      try test.expectToEndWell(output, "\(fault) at call \(call) of \(count)")
      try FileManager.default.removeItem(atPath: test.folder(output))
    }
    #expect(fault == .interrupted || failed > count / Self.step(fault) / 2, "\(failed) of \(count)")
    print("\(fault) at calls of a dump of \(count), kind \(kind): \(failed) stopped it")
  }

  @Test(
    "a merge reports any failed call and resumes to the bytes of one run", arguments: Fault.allCases)
  func merge(fault: Fault) throws {
    let test = try FaultCase(images: 9, options: ["--threads", "1"])
    for index in 0..<2 {
      let arguments = test.arguments("shards/\(index)") + ["--shard", "\(index)/2"]
      #expect(try Program.run("dump", arguments).status == 0)
    }
    func arguments(_ output: String) -> [String] {
      [test.folder("shards"), "--output", test.folder(output), "--threads", "1", "--resume"]
    }
    let (undisturbed, calls) = try run(
      "merge", arguments("undisturbed"), changing: test.folder("undisturbed"), call: 0, fault)
    #expect(undisturbed.status == 0)
    let count = try #require(calls)
    for call in stride(from: 1, through: count, by: Self.step(fault) * 2) {
      let output = "out\(call)"
      let (outcome, _) = try run("merge", arguments(output), changing: test.folder(output), call: call, fault)
      check(outcome, fault, "\(fault) at call \(call) of \(count)")
      let again = try Program.run("merge", arguments(output))
      #expect(again.status == 0, "\(fault) at call \(call): \(again.errors)")
      #expect(try test.files(output) == test.whole, "\(fault) at call \(call)")
      try FileManager.default.removeItem(atPath: test.folder(output))
    }
  }

  @Test("converted weights are complete or absent", arguments: [Fault.full, .torn, .inputOutput])
  func convert(fault: Fault) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
    let source = repositoryFile("Tests/Fixtures/checkpoints/strided-zip.pth")
    let arguments = ["convert", source, folder("out/a.safetensors")]
    let (undisturbed, calls) = try run("weights", arguments, changing: folder("out"), call: 0, fault)
    #expect(undisturbed.status == 0, "\(undisturbed.errors)")
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder("out/a.safetensors")))
    for call in 1...(try #require(calls)) {
      try FileManager.default.removeItem(atPath: folder("out"))
      try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
      let (outcome, _) = try run("weights", arguments, changing: folder("out"), call: call, fault)
      check(outcome, fault, "\(fault) at call \(call)")
      let found = FileManager.default.contents(atPath: folder("out/a.safetensors"))
      #expect(found == nil || found == whole, "\(fault) at call \(call)")
      #expect(outcome.status != 0 || found == whole)
    }
  }
}
