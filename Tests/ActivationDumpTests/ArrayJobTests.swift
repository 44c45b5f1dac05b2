import Foundation
import TestSupport
import Testing

/// Tests of the program as a task of a job array, without a cluster.
struct ArrayJobTests {
  private let folder: TemporaryFolder
  init() throws { folder = try imageFolder(count: 9) }

  /// Runs `dump` through a shell, with fixed arguments and the given options.
  private func dump(_ options: String = "", _ environment: [String: String]) throws -> Program.Outcome {
    try Program.shell(
      """
      exec "$0" dump --model squeezenet1_1 --weights seeded:1 --layers classifier.1 --images "$1" --output "$2" \
      \(options)
      """, folder("images"), folder("out"), environment: environment)
  }

  private func task(_ index: Int, restarts: Int = 0) -> [String: String] {
    [
      "SLURM_JOB_ID": "1", "SLURM_ARRAY_TASK_ID": "\(index)", "SLURM_ARRAY_TASK_COUNT": "2",
      "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "2", "ACTIVATION_DUMP_SHARDS": "3",
      "SLURM_RESTART_COUNT": "\(restarts)",
    ]
  }

  @Test("read-only shards of another user on a shared disk are merged")
  func readOnlyShards() throws {
    for shard in 0..<2 {
      let outcome = try Program.run(
        "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--layers", "classifier.1", "--images",
        folder("images"), "--shard", "\(shard)/2", "--output", folder("shards/\(shard)"))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    // Root may write to any folder. If the test runs as root, another user runs the merge.
    let outcome = try Program.shell(
      """
      cp "$0" "$1/program" && chmod -R a-w "$1/shards" && chmod 777 "$1" || exit 1
      as=; [ "$(id -u)" != 0 ] || as='setpriv --reuid=65534 --regid=65534 --clear-groups'
      $as "$1/program" merge "$1/shards" --output "$1/whole"; status=$?
      chmod -R u+w "$1/shards"; exit $status
      """, folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Program.run("check", folder("whole")).status == 0)
  }

  @Test(
    "a part of an array that is given the number of shards records its shards, and inspect lists the remaining ones"
  )
  func partOfAnArray() throws {
    var untold = task(1)
    untold["ACTIVATION_DUMP_SHARDS"] = ""
    let refused = try dump("", untold)
    #expect(refused.status == 64 && refused.errors.contains("ACTIVATION_DUMP_SHARDS=N"))
    #expect(try Program.run("inspect", folder("out"), "--missing", "3").output == "0-2\n")
    for index in [1, 2] { #expect(try dump("", task(index)).status == 0) }
    #expect(try Program.run("inspect", folder("out"), "--missing", "3").output == "0\n")
    let document = try Program.run("inspect", folder("out"), "--missing", "3", "--json").json()
    #expect(document["missing"] as? [Int] == [0] && document["shards"] as? Int == 3)
    let merge = try Program.run("merge", folder("out"), "--output", folder("whole"))
    #expect(merge.status == 66 && merge.errors.contains("1 of 3 shards are missing: 0;"))
    #expect(try dump("", task(0)).status == 0)
    #expect(try Program.run("inspect", folder("out"), "--missing", "3").output.isEmpty)
    #expect(try Program.run("merge", folder("out"), "--output", folder("whole")).status == 0)
    #expect(try Program.run("merge", folder("out"), "--output", folder("whole")).status == 73)
    #expect(try Program.run("merge", folder("out"), "--output", folder("whole"), "--resume").status == 0)
    let both = try Program.run("merge", folder("out"), "--output", folder("o"), "--resume", "--overwrite")
    #expect(both.status == 64)
    let other = try Program.run("inspect", folder("out"), "--missing", "4")
    #expect(other.status == 65 && other.errors.contains("is shard 0 of 3, not one of 4"))
    #expect(try Program.run("inspect", folder("out"), folder("out"), "--missing", "3").status == 64)
    #expect(try Program.run("inspect", folder("out"), "--missing", "0").status == 64)
  }

  @Test("a requeued job resumes the existing output; a new job is refused")
  func requeued() throws {
    #expect(try dump("", task(1)).status == 0)
    #expect(try dump("", task(1)).status == 73)
    let again = try dump("", task(1, restarts: 1))
    #expect(again.status == 0 && again.output.contains("already holds all 3 images"))
    let replaced = try dump("--overwrite", task(1, restarts: 1))
    #expect(replaced.status == 0 && replaced.output.contains("3 images × 1,000 units"))
  }

  @Test("a task uses the number of threads that it was given", arguments: ["1", "100000"])
  func threads(given: String) throws {
    var environment = task(1)
    environment["SLURM_CPUS_PER_TASK"] = given
    let outcome = try dump("--dry-run --json", environment)
    let threads = try #require(try outcome.json()["threads"] as? Int)
    #expect(given == "1" ? threads == 1 : threads < 100_000)
    #expect(try dump("--dry-run --json --threads 3", environment).json()["threads"] as? Int == 3)
  }

  @Test(
    "a signal before there is anything to write ends a job with exit code 75", arguments: ["TERM", "USR1"])
  func earlySignals(name: String) throws {
    // The program prints a note about generated weights and then blocks, since the pipe is not read.
    let outcome = try Program.shell(
      """
      mkfifo "$3" && exec 3<>"$3"
      dd if=/dev/zero of="$3" bs=4096 oflag=nonblock 2>/dev/null
      env \(Program.unblocking) "$0" dump --model squeezenet1_1 --weights seeded:1 --images "$1" --output "$2" 2>&3 &
      asleep=0
      while [ $asleep -lt 20 ] && kill -0 $!; do
        case $(cat /proc/$!/stat) in *') S '*) asleep=$((asleep + 1)) ;; *) asleep=0 ;; esac
        sleep 0.01
      done
      kill -\(name) $!
      wait $!
      """, folder("images"), folder("out"), folder("pipe"))
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }
}
