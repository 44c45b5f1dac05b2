import Foundation
import TestSupport
import Testing

/// A Slurm of its own, with one node of two processors, for as long as the object lives.
final class SlurmCluster {
  /// Debian has Slurm, and `scripts/setup.sh test` installs it: there, a test without it fails.
  static let isExpected =
    FileManager.default.fileExists(atPath: "/etc/debian_version")
    || FileManager.default.fileExists(atPath: "/usr/sbin/slurmctld")

  private let folder: TemporaryFolder
  private let process = Process()
  private let input = Pipe()

  /// Starts the daemons, and waits until the node is idle.
  init() throws {
    folder = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      Program.unblocking, "bash", repositoryFile("Tests/Slurm/cluster.sh"), folder("slurm"),
    ]
    let output = Pipe()
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let answer = output.fileHandleForReading.availableData
    try #require(String(decoding: answer, as: UTF8.self) == "ready\n", "the cluster did not start")
  }

  deinit {
    // The script stops everything when its input ends, also when these tests are killed.
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.waitUntilExit() }
  }

  private var environment: [String: String] {
    ["SLURM_CONF": folder("slurm/slurm.conf"), "ACTIVATION_DUMP": Program.path]
  }

  /// Runs a client of Slurm, or a script that uses some.
  func run(_ tool: String, _ arguments: String...) throws -> Program.Outcome {
    try Program.tool(tool, arguments, environment: environment)
  }

  /// The jobs that are not over, as `squeue` prints them in a format.
  func queue(_ format: String) throws -> [String] {
    let outcome = try run("squeue", "--noheader", "--array", "--format", format)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").map(String.init)
  }

  /// Waits for something, while jobs that were requeued start again soon and not, as Slurm has it, after two minutes.
  func wait(for what: String, until condition: () throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 240)
    var waiting: [String: Date] = [:]
    while try !condition() {
      try #require(Date() < deadline, "waited too long for \(what)")
      for line in try queue("%i %r") where line.hasSuffix(" BeginTime") {
        let job = String(line.split(separator: " ")[0])
        // The two minutes are there so that the end of the first start is not taken for one of the second.
        guard Date().timeIntervalSince(waiting[job, default: Date()]) > 3 else {
          waiting[job] = waiting[job] ?? Date()
          continue
        }
        waiting[job] = nil
        _ = try run("scontrol", "update", "JobId=\(job)", "StartTime=now")
      }
      usleep(100_000)
    }
  }
}
