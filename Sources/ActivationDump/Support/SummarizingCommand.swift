/// A command whose files, or whose exit code, say everything that matters. What it prints is a summary, which nobody
/// misses where standard output is closed.
protocol SummarizingCommand {
  associatedtype Options: Reporting
  /// Whether the summary was asked for as a document.
  var results: Options { get }
  /// Whether everything the command prints is a summary.
  var printsOnlySummary: Bool { get }
}

extension SummarizingCommand {
  var printsOnlySummary: Bool { !results.json }
}

extension DumpCommand: SummarizingCommand {
  var printsOnlySummary: Bool { !results.json && !dryRun && !explain }
}
extension TrialsMakeCommand: SummarizingCommand {}
extension MergeCommand: SummarizingCommand {}
extension CheckCommand: SummarizingCommand {}
extension VerifyCommand: SummarizingCommand {}
extension ReportCommand: SummarizingCommand {}
extension ExemplarsCommand: SummarizingCommand {}
extension TrialsCatchCommand: SummarizingCommand {}
extension WeightsFetchCommand: SummarizingCommand {}
extension WeightsConvertCommand: SummarizingCommand {}
extension WeightsVerifyCommand: SummarizingCommand {}
