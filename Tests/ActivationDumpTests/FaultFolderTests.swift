import Foundation
import TestSupport
import Testing

/// Tests of the real program with folders and images that change while it runs.
struct FaultFolderTests {
  /// Runs a dump and calls `meanwhile` once its journal exists, unless the dump has ended by then.
  private func dump(_ test: FaultCase, _ output: String, meanwhile: (Process) throws -> Void) throws
    -> Program.Outcome
  {
    try Program.run("dump", test.arguments(output)) { process in
      while !FileManager.default.fileExists(atPath: test.place(output) + "/journal.tsv") && process.isRunning
      {
        usleep(500)
      }
      try meanwhile(process)
    }
  }

  @Test("an output that is not writable is refused in one sentence, and nothing is damaged")
  func readOnly() throws {
    let test = try FaultCase(images: 64)
    guard let disk = try SmallDisk(kilobytes: 4096, options: ",ro") else { return }  // not root
    let output = "\(disk.path)/out"
    let refused = try Program.run("dump", test.arguments(output))
    #expect(refused.status == 73 && isOneSentence(refused.errors), "\(refused.errors)")
    // The disk becomes read-only after a run was killed; finished rows stay done.
    try disk.remount("rw")
    let killed = try dump(test, output) { kill($0.processIdentifier, SIGKILL) }
    try disk.remount("ro")
    let again = try Program.run("dump", test.arguments(output))
    #expect(again.status == 73 || killed.status == 0, "\(again.errors)")
    #expect(again.status == 0 || isOneSentence(again.errors), "\(again.errors)")
    try disk.remount("rw")
    try test.expectToEndWell(output, "read-only for a while")
    try disk.remount("ro")
    for command in ["check", "inspect"] {
      let outcome = try Program.run(command, output)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test(
    "an output that is removed ends a dump with one sentence, and the next dump starts from the beginning")
  func removed() throws {
    let test = try FaultCase(images: 64)
    for attempt in 0..<FaultCase.faults {
      let outcome = try dump(test, "out\(attempt)") { _ in
        try? FileManager.default.removeItem(atPath: test.folder("out\(attempt)"))
      }
      #expect([0, 73, 74].contains(outcome.status), "\(outcome.errors)")
      #expect(outcome.status == 0 || isOneSentence(outcome.errors), "\(outcome.errors)")
      try test.expectToEndWell("out\(attempt)", "removed")
    }
  }

  @Test("an output that is renamed ends a dump with one sentence; under its old name, it is resumed")
  func renamed() throws {
    let test = try FaultCase(images: 64)
    for attempt in 0..<FaultCase.faults {
      let output = "out\(attempt)"
      let outcome = try dump(test, output) { _ in
        rename(test.folder(output), test.folder("elsewhere"))
      }
      #expect([0, 73, 74].contains(outcome.status), "\(outcome.errors)")
      #expect(outcome.status == 0 || isOneSentence(outcome.errors), "\(outcome.errors)")
      try? FileManager.default.removeItem(atPath: test.folder(output))
      #expect(rename(test.folder("elsewhere"), test.folder(output)) == 0)
      try test.expectToEndWell(output, "renamed")
    }
  }

  @Test(
    "images that are swapped, truncated, removed or replaced by folders during reading give rows or reasons")
  func swapped() throws {
    let test = try FaultCase(images: 64)
    let victim = test.folder("images/n01440764/0.png")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: victim))
    let outcome = try dump(test, "out") { process in
      var number = 0
      while process.isRunning {
        // The file is changed in place, so that open readers are affected: shorter, longer, removed, a
        // folder, and complete again.
        try? FileManager.default.removeItem(atPath: victim)
        switch number % 5 {
        case 0:
          try? bytes.prefix(bytes.count * number / 97 % bytes.count).write(to: URL(fileURLWithPath: victim))
        case 1: try? (bytes + bytes).write(to: URL(fileURLWithPath: victim))
        case 2: break
        case 3: try? FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
        default: try? bytes.write(to: URL(fileURLWithPath: victim))
        }
        truncate(victim, off_t(number % 300))
        number += 1
        usleep(300)
      }
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Program.run("check", test.folder("out")).status == 0)
    let table = try String(contentsOfFile: test.folder("out/images.tsv"), encoding: .utf8)
    let rows = table.split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    // The swapping begins after the list is made, so that every image has a row.
    #expect(rows.count == 65 && rows.allSatisfy { $0[3] == "ok" || $0[3].hasPrefix("skipped: ") })
    // As always, a row with status ok has numbers, and any other row has none.
    try expectRows(rows.map { $0[3] == "ok" }, in: test.folder("out/logits.npy"))
  }

  @Test("truncated images give rows of numbers, or rows of NaN with a reason")
  func truncated() throws {
    let folder = try TemporaryFolder()
    let names = [
      "baseline-420.jpg", "progressive-gray.jpg", "rgb-8.png", "gray-16-interlaced.png", "palette-8.png",
    ]
    var sizes: [(whole: Int, cut: Int)] = []
    for name in names {
      let file = repositoryFile("Tests/Fixtures/images/files/\(name)")
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      let lengths = Set(0...24).union(stride(from: 25, to: bytes.count, by: bytes.count / 24)).union(
        bytes.count - 16...bytes.count)
      for length in lengths.sorted() where length <= bytes.count {
        try folder.write(bytes.prefix(length), to: String(format: "images/a%06d.png", sizes.count))
        sizes.append((bytes.count, length))
      }
    }
    let outcome = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("out"), "--layers", "classifier.1", "--on-error", "skip")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let table = try String(contentsOfFile: folder("out/images.tsv"), encoding: .utf8)
    let states = table.split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)[3]
    }
    #expect(states.count == sizes.count)
    for (size, state) in zip(sizes, states) {
      if size.cut == size.whole { #expect(state == "ok") }
      // After the pixels, a file has a few bytes that decoders do not need.
      if size.cut < size.whole * 9 / 10 { #expect(state.hasPrefix("skipped: "), "\(size): \(state)") }
    }
    try expectRows(states.map { $0 == "ok" }, in: folder("out/logits.npy"))
  }

  private func expectRows(_ ok: [Bool], in file: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    let start = 10 + Int(data[8]) + Int(data[9]) << 8
    let columns = (data.count - start) / 4 / ok.count
    for (row, ok) in ok.enumerated() {
      for column in 0..<columns {
        let offset = start + 4 * (row * columns + column)
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[offset + $1]) << (8 * $1) }
        guard Float(bitPattern: bits).isNaN == ok else { continue }
        Issue.record("row \(row), which is \(ok ? "" : "not ")ok, has \(Float(bitPattern: bits))")
        return
      }
    }
  }
}
