import Foundation
import TestSupport
import Testing

/// A private Slurm with one node of two processors, which runs as long as the object exists.
final class SlurmCluster {
  /// Whether Slurm must be installed. Debian has Slurm, and `scripts/setup.sh test` installs it; there, a
  /// test without Slurm fails.
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
    // The script stops everything when its input ends, even when these tests are killed.
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.waitUntilExit() }
  }

  private var environment: [String: String] {
    ["SLURM_CONF": folder("slurm/slurm.conf"), "ACTIVATION_DUMP": Program.path]
  }

  /// Runs a Slurm client, or a script that uses Slurm clients.
  func run(_ tool: String, _ arguments: String...) throws -> Program.Outcome {
    try Program.tool(tool, arguments, environment: environment)
  }

  /// Returns the jobs that have not ended, in an output format of `squeue`.
  func queue(_ format: String) throws -> [String] {
    let outcome = try run("squeue", "--noheader", "--array", "--format", format)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").map(String.init)
  }

  /// Waits for a condition. Meanwhile, requeued jobs start again soon, and not after two minutes as by
  /// Slurm's default.
  func wait(for what: String, until condition: () throws -> Bool) throws {
    let deadline = Date(timeIntervalSinceNow: 240)
    var waiting: [String: Date] = [:]
    while try !condition() {
      try #require(Date() < deadline, "waited too long for \(what)")
      for line in try queue("%i %r") where line.hasSuffix(" BeginTime") {
        let job = String(line.split(separator: " ")[0])
        // Slurm delays the restart so that the end of the first run is not taken for that of the second.
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
