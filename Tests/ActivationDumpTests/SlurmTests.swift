import Foundation
import TestSupport
import Testing

/// Tests of the cluster scripts on a real Slurm.
@Suite(.enabled(if: SlurmCluster.isExpected, "Slurm is installed for the tests on Debian only"))
struct SlurmTests {
  private static let shards = 4
  private let folder: TemporaryFolder
  private let cluster: SlurmCluster
  /// The output, whose name contains characters that are special to shells and to Slurm.
  private let output: String

  init() throws {
    folder = try imageFolder(count: 4)
    cluster = try SlurmCluster()
    output = folder("a 100 %j 'recording'")
    for index in 0..<796 {
      try FileManager.default.createSymbolicLink(
        atPath: folder("images/n01440764/link\(index).png"),
        withDestinationPath: folder("images/n01440764/0.png"))
    }
  }

  private var recording: [String] {
    [
      "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--layers",
      "features.*.squeeze,classifier.1", "--batch-size", "2",
    ]
  }

  private func submit(_ options: String...) throws -> Program.Outcome {
    let words = options + ["--shards", "\(Self.shards)", "--output", output, "--cpus", "1", "--"] + recording
    let quoted = words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    return try cluster.run("bash", "-c", "exec '\(repositoryFile("Slurm/submit.sh"))' --time 10 \(quoted)")
  }

  private func shardFolder(_ shard: Int) -> String { "\(output).shards/shard-\(shard)-of-\(Self.shards)" }

  private func log(_ name: String) -> String {
    (try? String(contentsOfFile: "\(output).shards/logs/\(name).log", encoding: .utf8)) ?? ""
  }

  private func read(_ name: String, of shard: Int) -> String? {
    try? String(contentsOfFile: "\(shardFolder(shard))/\(name)", encoding: .utf8)
  }

  /// Stops the processes of tasks once they have done some of their images. Returns their process ids.
  private func halt(_ shards: Int...) throws -> [pid_t] {
    var processes: [Int: pid_t] = [:]
    let deadline = Date(timeIntervalSinceNow: 120)
    while processes.count < shards.count {
      try #require(Date() < deadline, "the tasks do not get to their images")
      for shard in shards where processes[shard] == nil {
        guard let journal = read("journal.tsv", of: shard), journal.contains("\tchunk\t") else { continue }
        // The line is `process 17 on node`.
        let process = try #require(
          read("lock", of: shard)?.split(separator: " ").dropFirst().first.flatMap { pid_t($0) })
        try #require(kill(process, SIGSTOP) == 0, "shard \(shard) was over too soon")
        processes[shard] = process
      }
      usleep(2000)
    }
    return shards.compactMap { processes[$0] }
  }

  /// Returns the number of images that were done at the nth start of a job, from its log.
  private func imagesDone(atStart start: Int, in log: String) -> Int? {
    let line = log.split(separator: "\n").first { $0.contains(": start \(start) on ") }
    let word = line?.split(separator: ", ").first { $0.hasSuffix(" images done") }
    return word.flatMap { Int($0.split(separator: " ")[0]) }
  }

  @Test("tasks that are killed, out of time or cancelled resume, and merge to the bytes of a single run")
  func array() throws {
    defer { show() }
    let whole = try Program.run("dump", recording + ["--output", folder("whole")])
    #expect(whole.status == 0, "\(whole.errors)")
    let preview = try submit("--dry-run")
    #expect(preview.status == 0 && preview.errors.contains("--array=0\\,1\\,2\\,3 "), "\(preview.errors)")
    #expect(try cluster.queue("%i").isEmpty && !FileManager.default.fileExists(atPath: "\(output).shards"))

    let first = try submit()
    #expect(first.status == 0 && first.output.contains("shards 0,1,2,3 of 4: job 1,"), "\(first.errors)")
    let processes = try halt(0, 1)
    let second = try submit()
    #expect(second.status == 0 && second.output.contains("in the queue already: 1_0 1_1 1_2 1_3"))
    #expect(second.output.contains("nothing to do") && !second.output.contains("shards "))

    // The time limit is exceeded; Slurm checks it twice a minute.
    #expect(try cluster.run("scontrol", "update", "JobId=1_1", "TimeLimit=1").status == 0)
    kill(processes[0], SIGKILL)
    let cancelled = try halt(2)[0]
    #expect(try cluster.run("scancel", "1_2").status == 0)
    try cluster.wait(for: "the end of a cancelled task") { kill(cancelled, 0) != 0 }
    try cluster.wait(for: "a warning before the end of the time") { log("1_1").contains("received SIGUSR1") }
    kill(processes[1], SIGCONT)
    try cluster.wait(for: "the end of the array") { try cluster.queue("%i").isEmpty }
    #expect(log("1_0").contains("ended with 137 after") && log("1_0").contains("1_0: requeued\n"))
    #expect(log("1_1").contains("ended with 75 after") && log("1_1").contains("1_1: requeued\n"))
    #expect(log("1_2").contains("received SIGTERM") && !log("1_2").contains(": start 2 "))
    for shard in 0..<2 {
      #expect((1..<200).contains(try #require(imagesDone(atStart: 2, in: log("1_\(shard)")))))
      #expect(log("1_\(shard)").contains("ended with 0 after"))
    }
    // The merge depended on all of the jobs.
    #expect(!FileManager.default.fileExists(atPath: output))
    #expect(try Program.run("inspect", "\(output).shards", "--missing", "4").output == "2\n")

    let third = try submit()
    #expect(third.status == 0 && third.output.contains("shards 2 of 4: job "), "\(third.errors)")
    let job = try #require(third.output.firstMatch(of: /of 4: job ([0-9]+),/)?.1)
    try cluster.wait(for: "the merge and the check") { try cluster.queue("%i").isEmpty }
    #expect((1..<200).contains(try #require(imagesDone(atStart: 1, in: log("\(job)_2")))))

    var (merged, single) = (
      try folder.files(below: (output as NSString).lastPathComponent), try folder.files(below: "whole")
    )
    #expect(
      merged.removeValue(forKey: "manifest.json") != nil && single.removeValue(forKey: "manifest.json") != nil
    )
    #expect(merged == single && merged.count == 11)
    let check = try Program.run("check", output)
    #expect(check.status == 0, "\(check.output)")
    let last = try submit()
    #expect(last.status == 0 && last.output.contains("is complete; nothing to do"))
    #expect(try cluster.queue("%i").isEmpty)
  }

  /// Prints the logs of the jobs, for debugging.
  private func show() {
    let logs = "\(output).shards/logs"
    for name in ((try? FileManager.default.contentsOfDirectory(atPath: logs)) ?? []).sorted() {
      print("\(name):\n" + ((try? String(contentsOfFile: "\(logs)/\(name)", encoding: .utf8)) ?? ""))
    }
  }
}
