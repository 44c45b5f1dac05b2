import ArgumentParser
import CStartup
import Foundation
import Images

/// The command line: parsing and printing. The libraries from Recording down do the work.
struct ActivationDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activation-dump",
    abstract: "Record every unit of trained vision networks over any number of images.",
    discussion: """
      Results go to standard output, everything else to standard error. With --json there is one JSON document on \
      standard output, with a number 'schema'.

      Exit codes: 0 success; 1 a comparison or check failed; 64 the command line is wrong; 65 bad data, or an unknown \
      layer or unit; 66 an input is missing or cannot be read; 70 a bug of this program; 73 the output cannot be \
      created; 74 a write failed; 75 interrupted, the same command (or --resume) goes on; 130 interrupted by Ctrl-C.
      """,
    version: Version.text,
    subcommands: [
      ModelsCommand.self, LayersCommand.self, WeightsCommand.self, DumpCommand.self, MergeCommand.self,
      InspectCommand.self, CheckCommand.self, UnitsCommand.self, ReportCommand.self, VerifyCommand.self,
      EvaluateCommand.self, PredictCommand.self, BenchCommand.self,
      ExemplarsCommand.self, TrialsCommand.self,
    ])
}

@main
enum Main {
  static func main() async {
    // A write beyond a limit on file sizes is an error of that write, as on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // A write to a pipe without a reader is also an error of that write.
    signal(SIGPIPE, SIG_IGN)
    // A program that starts this one may ignore the ends of processes; here, that of curl has to be seen.
    signal(SIGCHLD, SIG_DFL)
    cs_end_on_unreadable_mappings(ExitStatus.inputMissing.rawValue)
    ImageDecoder.returnLargeBlocks()
    do {
      var command = try ActivationDump.parseAsRoot(Array(ProgramArguments.given()))
      Console.expectResults(of: command)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Console.end(with: ExitStatus.success.rawValue)
    } catch {
      ExitReport(error).exit()
    }
  }
}
