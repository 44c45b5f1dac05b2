import ArgumentParser

@main
struct ActivationDump: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "activation-dump")
}
