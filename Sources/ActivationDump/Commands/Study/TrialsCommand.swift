import ArgumentParser

/// `trials`: tasks of the study's experiment.
struct TrialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trials", abstract: "Make the tasks of the study's experiment from exemplars.",
    subcommands: [TrialsMakeCommand.self, TrialsCatchCommand.self], defaultSubcommand: TrialsMakeCommand.self)
}
