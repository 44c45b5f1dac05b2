import Foundation
import TestSupport
import Testing

/// Tests of the real program whose standard streams are closed, full, or without a reader.
struct StandardStreamTests {
  /// The shell redirections for every combination of closed streams.
  static let closed = ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"]

  /// Creates a small dump and the outputs that are made from a dump.
  private static func made() throws -> TemporaryFolder {
    let folder = try imageFolder(count: 45)
    let arguments = [
      "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--layers",
      "features.3.squeeze",
    ]
    #expect(try Program.run("dump", arguments + ["--output", folder("dump")]).status == 0)
    for index in 0..<2 {
      let shard = ["--output", folder("shards/\(index)"), "--shard", "\(index)/2"]
      #expect(try Program.run("dump", arguments + shard).status == 0)
    }
    return folder
  }

  /// Returns the commands that make an output, with their arguments; `OUT` is the output.
  private static func makers(_ folder: TemporaryFolder) -> [[String]] {
    [
      ["merge", folder("shards"), "--output", "OUT"], ["report", folder("dump"), "--output", "OUT"],
      [
        "exemplars", folder("dump"), "--unit", "features_3_squeeze__3", "--unit", "features_3_squeeze__5",
        "--batches", "1", "--output", "OUT",
      ],
      ["check", folder("dump")],
      ["weights", "convert", repositoryFile("Tests/Fixtures/checkpoints/script.pt"), "OUT"],
    ]
  }

  /// Returns the commands that only print.
  private static func printers(_ folder: TemporaryFolder) -> [[String]] {
    [
      ["models"], ["models", "--json"], ["layers", "squeezenet1_1"], ["weights", "list"],
      ["weights", "inspect", repositoryFile("Tests/Fixtures/checkpoints/script.pt")],
      ["inspect", folder("dump")], ["units", "list", "--dump", folder("dump")],
      ["check", folder("dump"), "--json"],
      ["units", "sample", "--model", "squeezenet1_1", "--count", "5"],
      ["bench", "--model", "squeezenet1_1", "--weights", "seeded:1", "--seconds", "0.1"],
      ["--help"], ["--version"], ["help", "dump"], ["--generate-completion-script", "bash"],
      ["--experimental-dump-help"],
    ]
  }

  private func shell(_ arguments: [String], _ redirection: String) throws -> Program.Outcome {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try Program.shell("exec timeout -s KILL 100 \"$0\" \(words) \(redirection)")
  }

  @Test(
    "a dump has the same bytes with any of the three streams closed", arguments: closed,
    FaultCase.kinds)
  func closedDump(closed: String, kind: [String]) throws {
    let test = try FaultCase(images: 9, options: kind)
    let outcome = try shell(["dump"] + test.arguments("closed"), closed)
    #expect(outcome.status == 0, "\(closed): \(outcome.errors)")
    #expect(try test.files("closed") == test.whole, "\(closed)")
    #expect(try Program.run("check", test.folder("closed")).status == 0, "\(closed)")
  }

  @Test("the outputs and exit codes of other commands are the same with any of the streams closed")
  func closedMakers() throws {
    let folder = try Self.made()
    for (number, command) in Self.makers(folder).enumerated() {
      func files(_ name: String, _ closed: String) throws -> [String: Data] {
        let arguments = command.map { $0 == "OUT" ? folder(name) : $0 }
        let outcome = try shell(arguments, closed)
        #expect(outcome.status == 0, "\(command[0]) \(closed): \(outcome.errors)")
        guard let data = FileManager.default.contents(atPath: folder(name)) else {
          let made = (try? folder.files(below: name)) ?? [:]
          return made.filter { $0.key != "manifest.json" }
        }
        return ["": data]
      }
      let open = try files("open\(number)", "")
      #expect(command[0] == "check" || !open.isEmpty)
      for (index, closed) in Self.closed.enumerated() {
        #expect(try files("closed\(number)-\(index)", closed) == open, "\(command[0]) \(closed)")
      }
    }
  }

  @Test(
    "results that cannot be written exit with 74 and one sentence: standard output is closed, or its disk is full"
  )
  func noPlace() throws {
    let folder = try Self.made()
    for command in Self.printers(folder) {
      for redirection in [">&-", ">/dev/full", "<&- >&-"] {
        let outcome = try shell(command, redirection)
        #expect(outcome.status == 74, "\(command) \(redirection): \(outcome.errors)")
        let lines = outcome.errors.split(separator: "\n").filter { !$0.hasPrefix("NOTE:") }
        #expect(lines.count == 1 && lines[0].hasPrefix("error: cannot write to standard output: "))
      }
      #expect(try shell(command, ">&- 2>&-").status == 74, "\(command)")
      #expect(try shell(command, ">/dev/full 2>/dev/full").status == 74, "\(command)")
    }
    // A summary is a result, too, unless standard output is closed. The output itself is complete.
    let test = try FaultCase(images: 9)
    let full = try shell(["dump"] + test.arguments("full"), ">/dev/full")
    #expect(full.status == 74 && full.errors.contains("what the command did is done"), "\(full.errors)")
    #expect(try test.files("full") == test.whole)
    let document = try shell(["dump", "--json"] + test.arguments("document"), ">&-")
    #expect(document.status == 74)
    #expect(try test.files("document") == test.whole)
  }

  @Test("notes that cannot be written are dropped")
  func notes() throws {
    let test = try FaultCase(images: 9)
    for redirection in ["2>/dev/full", "2>&-"] {
      let outcome = try shell(["dump"] + test.arguments("noted"), redirection)
      #expect(
        outcome.status == 0 && outcome.output.contains("9 images") || outcome.output.contains("already holds")
      )
      #expect(try test.files("noted") == test.whole)
    }
    #expect(try shell(["nonsense"], "2>/dev/full").status == 64)
    #expect(try shell(["check", test.folder("none")], "2>&-").status == 66)
  }

  @Test(
    "the files are complete if any write to a stream fails", arguments: ["28", "5", "11", "32", "short"])
  func failingWrites(fault: String) throws {
    let test = try FaultCase(images: 9)
    for (stream, redirection) in [("1", "--json"), ("2", "--json"), ("1", "--resume")] {
      for call in 1...3 {
        let output = "out\(stream)-\(call)\(redirection)"
        let environment = [
          "LD_PRELOAD": try FaultLibrary.failing.get(), "FAULT_STREAM": stream, "FAULT_AT": "\(call)",
          "FAULT_HOW": fault,
        ]
        let outcome = try Program.run(
          "dump", test.arguments(output) + [redirection], environment: environment)
        // On EAGAIN the program waits. A reader that closed the pipe wanted no more. A summary has three
        // lines, a document is one write.
        let isLost =
          stream == "1" && ["28", "5", "short"].contains(fault) && (call == 1 || redirection != "--json")
        let isExpected = isLost ? outcome.status == 74 : outcome.status == 0
        #expect(
          isExpected || call == 3, "\(fault) at \(call) of \(stream): \(outcome.status) \(outcome.errors)")
        #expect([0, 74].contains(outcome.status))
        #expect(try test.files(output) == test.whole)
      }
    }
  }

  @Test(
    "a reader that closes the pipe causes no error: the exit code is the command's own, and nothing is printed"
  )
  func readerGone() throws {
    let folder = try Self.made()
    for command in Self.printers(folder) where command[0] != "bench" {
      let outcome = try Pipeline.run(command, reading: .nothing)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(command): \(outcome.errors)")
    }
    try FileManager.default.removeItem(atPath: folder("dump/logits.npy"))
    #expect(try Pipeline.run(["check", folder("dump")], reading: .nothing).status == 1)
  }

  @Test("the program waits for a non-blocking stream, and a note that is not read delays it only briefly")
  func notBlocking() throws {
    let whole = try Program.run("layers", "squeezenet1_1", "--json").output
    let outcome = try Pipeline.run(["layers", "squeezenet1_1", "--json"], reading: .late)
    #expect(outcome.status == 0 && outcome.output == whole)
    let test = try FaultCase(images: 9)
    let stuck = try Pipeline.run(["dump"] + test.arguments("stuck"), reading: .never)
    #expect(stuck.status == 0)
    #expect(try test.files("stuck") == test.whole)
  }
}
