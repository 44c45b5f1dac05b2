import ArgumentParser
import Machine

extension Sentence.Wording {
  /// Settings as options, and commands as they are typed: `--keep extremes:5`, `inspect --json`.
  static let commandLine = Self(
    setting: { setting, value in ([setting.option] + [value].compactMap { $0 }).joined(separator: " ") },
    command: { command, setting in
      ([command.rawValue] + [setting?.option].compactMap { $0 }).joined(separator: " ")
    },
    invocation: { "\(ActivationDump.configuration.commandName ?? "") \($0.rawValue)" })
}

extension Sentence {
  /// The sentence in the wording of the command line.
  var forCommandLine: String { text(in: .commandLine) }
}

extension Setting {
  /// The name of the option: `--batch-size`.
  var option: String { "--" + words.joined(separator: "-") }
}
