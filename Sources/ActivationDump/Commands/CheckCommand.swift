import ArgumentParser
import Dumps
import Machine
import Recording

/// `check`: verification of all hashes.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read every file of a dump and compare it with its digest.",
    discussion: """
      A dump that is complete is compared with its manifest, another one with its journal, chunk by chunk. The exit code \
      is 0 only for dumps that are complete and as they were written, and 66 for those of which a file cannot be read and \
      nothing else is wrong.
      """)

  @Argument(help: "The folders of dumps, or folders that hold shards.")
  var dumps: [String]

  @OptionGroup var results: ReportOptions

  func run() throws {
    let paths = try ShardFolders.expand(dumps)
    var checks: [DumpCheck] = []
    for path in paths {
      let (check, cancelled) = try withProgress(of: "files") {
        (try DumpCheck(path, progress: $0), $0.isCancelled)
      }
      if cancelled { throw ExitStatus.interrupted.error }
      checks.append(check)
      if !results.json { report(check) }
    }
    // Some shards of a recording are not the whole recording, even if they are intact.
    var problems: [String] = []
    for folder in dumps {
      guard let problem = ShardFolders.problem(in: folder) else { continue }
      problems.append("\(folder): \(problem.forCommandLine)")
    }
    try results.print(Listing(dumps: checks, problems: problems)) {
      for problem in problems { Console.result(problem) }
    }
    let files = checks.flatMap(\.files)
    // A file that cannot be read gives no verdict on the dump.
    if let reason = files.lazy.compactMap(\.reason).first, checks.allSatisfy(\.isIntactAsFarAsRead),
      problems.isEmpty
    {
      throw Failure(.inputMissing, "\(reason)")
    }
    if !checks.allSatisfy(\.isIntact) || !problems.isEmpty { throw ExitStatus.checkFailed.error }
  }

  private struct Listing: Encodable { let dumps: [DumpCheck], problems: [String] }

  private func report(_ check: DumpCheck) {
    for file in check.files where [.changed, .missing, .unreadable].contains(file.verdict) {
      Console.result("\(check.path)/\(file.file): \(file.verdict.rawValue)")
    }
    if check.changed > 0 {
      Console.result(
        "\(check.path): \(check.changed.grouped) rows are not as they were written; --resume does them again")
    }
    let verdict =
      check.isIntact
      ? "complete and as it was written"
      : check.state == .complete
        ? check.isIntactAsFarAsRead ? "as it was written, as far as it can be read" : "not as it was written"
        : "\(check.state.rawValue), with \(check.done.grouped) of \(check.images.grouped) rows done"
    Console.result("\(check.path): \(verdict)")
  }
}
