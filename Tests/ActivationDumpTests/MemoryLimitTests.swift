import Foundation
import TestSupport
import Testing

/// Tests of the real program with less memory than it needs. It runs, or reports in one sentence that it
/// cannot. It never waits for memory that is not available, and no signal ends it.
struct MemoryLimitTests {
  /// Runs a dump under `ulimit`, with a time limit of one minute.
  private func run(
    _ limit: String, _ folder: TemporaryFolder, _ output: String, _ options: String = ""
  ) throws -> Program.Outcome {
    try Program.shell(
      "ulimit \(limit); exec timeout -s KILL 60 \"$0\" dump --model squeezenet1_1 --weights seeded:1"
        + " --images \"$1\" --output \"$2\" \(options)", folder("images"), folder(output))
  }

  @Test(
    "under every limit on address space a dump runs to the end, or is refused in one sentence and writes nothing"
  )
  func addresses() throws {
    let folder = try imageFolder(count: 24)
    var (ran, refused) = (0, 0)
    for megabytes in [150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 1000, 2000] {
      let outcome = try run("-v \(megabytes * 1000)", folder, "v\(megabytes)", "--threads 2")
      switch outcome.status {
      case 0:
        ran += 1
        #expect(try folder.files(below: "v\(megabytes)").keys.contains("logits.npy"))
      case 64:
        refused += 1
        #expect(outcome.errors.contains("ulimit -v allows"), "\(megabytes) MB: \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder("v\(megabytes)")))
      default: Issue.record("\(megabytes) MB: \(outcome.status), \(outcome.errors)")
      }
    }
    #expect(ran >= 2 && refused >= 2)
  }

  @Test("a limit on data, and kernels that use a library, have the same effect")
  func data() throws {
    let folder = try imageFolder(count: 24)
    for (name, limit, options) in [
      ("d100", "-d 100000", "--threads 2"), ("d200", "-d 200000", "--threads 2"),
      ("d1000", "-d 1000000", "--threads 2"),
      ("b500", "-v 500000", "--threads 2 --tier blas"), ("b1000", "-v 1000000", "--threads 2 --tier blas"),
      ("b4000", "-v 4000000", "--threads 2 --tier blas"),
    ] {
      let outcome = try run(limit, folder, name, options)
      #expect([0, 64].contains(outcome.status), "\(name): \(outcome.status), \(outcome.errors)")
      #expect(outcome.status == 0 || outcome.errors.contains(" allows "), "\(name): \(outcome.errors)")
      if ["d1000", "b4000"].contains(name) { #expect(outcome.status == 0, "\(name): \(outcome.errors)") }
    }
  }

  @Test("threads that the system refuses are reported in an error, and one thread needs no other")
  func threads() throws {
    let folder = try imageFolder(count: 24)
    // Root may have any number of processes, so the test runs as another user, if that user can read the
    // program.
    let user = "setpriv --reuid 61234 --clear-groups sh -c"
    guard getuid() == 0, try Program.shell("\(user) 'test -x \"$0\"' \"$0\"").status == 0 else { return }
    // One of the processes is `timeout`, which ends a run that hangs.
    for (processes, threads, isEnough) in [(2, 1, true), (2, 2, false), (4, 1, true), (4, 4, false)] {
      let outcome = try Program.shell(
        "chmod -R a+rX \"$(dirname \"$1\")\"; mkdir -pm 777 \"$2\"; exec \(user)"
          + " 'exec prlimit --nproc=\(processes) timeout -s KILL 60 \"$0\" dump --model squeezenet1_1 --weights seeded:1"
          + " --images \"$1\" --output \"$2/\(processes)-\(threads)\" --threads \(threads) --batch-size 1' \"$0\" \"$1\" \"$2\"",
        folder("images"), folder("open"))
      #expect(outcome.status == (isEnough ? 0 : 64), "\(processes), \(threads): \(outcome.errors)")
      #expect(isEnough || outcome.errors.contains("threads could be started"), "\(outcome.errors)")
    }
  }

  @Test(
    "threads refused while the headers of several archives are read do not make the archives count as damaged"
  )
  func threadsOverArchives() throws {
    let folder = try TemporaryFolder()
    let image = [UInt8](PNG.photograph(width: 40, height: 50, seed: 1))
    for name in ["a.tar", "b.tar"] {
      try folder.write(Tar.archive([(name: "x.png", bytes: image)]), to: "images/\(name)")
    }
    // Not the user of the test above: a user's processes are counted together.
    let user = "setpriv --reuid 61235 --clear-groups sh -c"
    guard getuid() == 0, try Program.shell("\(user) 'test -x \"$0\"' \"$0\"").status == 0 else { return }
    let outcome = try Program.shell(
      "chmod -R a+rX \"$(dirname \"$1\")\"; exec \(user)"
        + " 'exec prlimit --nproc=2 timeout -s KILL 60 \"$0\" dump --model squeezenet1_1 --weights seeded:1"
        + " --images \"$1\" --output /nowhere --threads 1' \"$0\" \"$1\"", folder("images"))
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("not all of 2 threads could be started: lower --threads"), "\(outcome.errors)")
  }
}
