import ArgumentParser

/// `trials`: tasks of the study's experiment.
struct TrialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trials", abstract: "Make the tasks of the study's experiment from exemplars.",
    discussion: """
      'trials' with options and no subcommand is 'trials make', whose options 'activation-dump help trials make' lists. \
      docs/study.md has the whole sequence of commands.
      """,
    subcommands: [TrialsMakeCommand.self, TrialsCatchCommand.self], defaultSubcommand: TrialsMakeCommand.self)
}
