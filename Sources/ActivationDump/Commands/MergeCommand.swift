import ArgumentParser
import Foundation
import Machine
import Recording

/// `merge`: shards joined to a dump with the same bytes as a single run.
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

  @OptionGroup var replacing: OutputOptions<MergeWords>

  @Option(help: "The files to copy at once. Default: the threads this process may use.")
  var threads: Int?

  @OptionGroup var results: SummaryOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads has to be at least 1") }
    try replacing.check()
  }

  func run() throws {
    StopSignals.endResumably()
    let merge = try Merge(
      shards, into: output, existing: replacing.existing,
      threads: threads ?? ProcessorCount.available, arguments: ProgramArguments.all,
      wording: .commandLine)
    let (summary, signal) = try withResumableProgress(of: "files") { try merge.run(progress: $0) }
    guard let summary else {
      throw Interruption.goesOn(after: signal)
    }
    try results.print(summary) {
      Console.result(
        "\(summary.shards.counted("shard")), \(summary.images.counted("image")), \(summary.bytes.asBytes), every digest verified: \(summary.output)"
      )
      if summary.skipped > 0 {
        Console.result("\(summary.skipped.counted("image")) could not be read; see images.tsv")
      }
    }
  }
}
