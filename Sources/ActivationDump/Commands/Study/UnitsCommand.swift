import ArgumentParser

/// `units`: lists of units.
struct UnitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "units", abstract: "Draw the study's sample of units, or list units by what they are.",
    subcommands: [UnitsSampleCommand.self, UnitsListCommand.self])
}
