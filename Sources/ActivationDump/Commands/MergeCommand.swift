import ArgumentParser
import Foundation
import Machine
import Recording

/// `merge`: shards into the bytes of one run.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Put the shards of a recording together.",
    discussion: """
      Makes the dump a single run would have made, byte for byte, and compares every file of every shard with the digest \
      its manifest states on the way. Shards and rows that are missing are named, and nothing is written.
      """)

  @Argument(help: "The folders of the shards, or a folder that holds them.")
  var shards: [String]

  @Option(help: "The folder to make.")
  var output: String

  @Flag(
    help: """
      Go on with a merge that was stopped, file by file; leave one of these shards that is complete as it is. The default \
      in a job that Slurm has requeued.
      """)
  var resume = false

  @Flag(help: "Replace a dump that is in the place of the output.")
  var overwrite = false

  @Option(help: "The files to copy at once. Default: the threads this process may use.")
  var threads: Int?

  @Flag(help: "Print JSON at the end.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads has to be at least 1") }
    if resume && overwrite {
      throw ValidationError("--resume keeps what --overwrite replaces; give one of them")
    }
  }

  func run() throws {
    StopSignals.endResumably()
    let merge = try Merge(
      shards, into: output, existing: .given(resume: resume, overwrite: overwrite),
      threads: threads ?? ProcessorCount.available, arguments: ProgramArguments.all,
      wording: .commandLine)
    let (summary, signal) = try withProgress(of: "files", resumable: true) { progress in
      (try merge.run(progress: progress), progress.signal)
    }
    guard let summary else {
      Console.note("interrupted; the same command with --resume goes on")
      throw (signal == SIGINT ? ExitStatus.interrupted : .resumable).error
    }
    if json { return try Console.result(json: summary) }
    Console.result(
      "\(summary.shards.counted("shard")), \(summary.images.counted("image")), \(summary.bytes.asBytes), every digest verified: \(summary.output)"
    )
    if summary.skipped > 0 {
      Console.result("\(summary.skipped.counted("image")) could not be read; see images.tsv")
    }
  }
}
