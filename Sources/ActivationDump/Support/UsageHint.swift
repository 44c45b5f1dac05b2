import Machine

/// Hints for mistakes of new users, clearer than the messages of the argument parser or the system.
enum UsageHint {
  /// Returns the sentence for an invalid command line, unless the argument parser's own is best.
  ///
  /// - Parameters:
  ///   - arguments: The command line, without the program's name.
  ///   - commands: The names of the commands; those of subcommands follow that of their command.
  /// - Returns: The sentence, or `nil`.
  static func sentence(for arguments: [String], commands: [String]) -> String? {
    let words = arguments.prefix { !$0.hasPrefix("-") }
    if let command = words.first, !commands.contains(command) {
      let known = commands.filter { !$0.contains(" ") }
      return
        "\(UnknownName(.command, name: command, known: known)); 'activation-dump --help' lists all"
    }
    let siblings = commands.filter { $0.hasPrefix("\(words.first ?? "") ") }
    let given = words.prefix(2).joined(separator: " ")
    if words.count > 1, !siblings.isEmpty, !siblings.contains(given) {
      return
        "\(UnknownName(.command, name: given, known: siblings)); 'activation-dump \(words[0]) --help' lists all"
    }
    if let device = arguments.first(where: { devices.contains(name(ofOption: $0)) }) {
      return "this program runs on processors, not on GPUs; leave out \(name(ofOption: device))"
    }
    for (option, value) in zip(arguments, arguments.dropFirst())
    where option.hasPrefix("--") && !option.contains("=") && value.wholeMatch(of: /-[0-9.]+/) != nil {
      return "\(option) cannot be \(value): no option takes a negative number"
    }
    if let place = arguments.firstIndex(of: "--images"),
      arguments.dropFirst(place + 1).prefix(while: { !$0.hasPrefix("-") }).count > 1
    {
      return
        "--images takes one folder, archive or list, and the shell may have made several paths of a pattern; give the"
        + " folder, or a text file with a path on each line"
    }
    return nil
  }

  /// Returns an addition to the error about something missing, for the case that the shell did not expand an
  /// argument as its user expected.
  static func advice(for message: String, arguments: [String]) -> String {
    let values = arguments.map { argument in
      argument.hasPrefix("--")
        ? argument.split(separator: "=", maxSplits: 1).last.map(String.init) ?? "" : argument
    }
    guard let value = values.first(where: { $0.count > 1 && message.contains($0) && isForTheShell($0) })
    else {
      return ""
    }
    if value.hasPrefix("~") {
      return "; the shell replaces ~ only at the start of an argument and outside of quotes: write $HOME"
    }
    return value.contains("$")
      ? "; the shell replaces variables only outside of single quotes"
      : "; patterns are not expanded: give the folder, or a text file with a path on each line"
  }

  private static let devices = ["--device", "--gpu", "--gpus", "--cuda", "--mps"]

  private static func name(ofOption argument: String) -> String {
    argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
  }

  private static func isForTheShell(_ value: String) -> Bool {
    value.hasPrefix("~") || value.contains { "$*?".contains($0) }
  }
}
