/// A command whose complete result is in its files or in its exit code. Its printed output is only a summary,
/// so a closed standard output is no error.
protocol SummarizingCommand {
  associatedtype Options: Reporting
  /// The options that say whether the summary is printed as a document.
  var results: Options { get }
  /// Whether all printed output of the command is a summary.
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
