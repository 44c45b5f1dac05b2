import ArgumentParser
import Foundation
import Machine
import Models

/// The exit codes of the program: those of sysexits.h where it has one.
enum ExitStatus: Int32 {
  case success = 0
  case checkFailed = 1
  case usage = 64
  case badData = 65
  case inputMissing = 66
  case bug = 70
  case cannotCreate = 73
  case writeFailed = 74
  case resumable = 75
  case interrupted = 130
}

extension ExitStatus {
  /// Ends a command whose results are already printed.
  var error: ExitCode { ExitCode(rawValue) }
}

/// An error as the user sees it: one sentence, and an exit code.
struct ExitReport {
  let status: ExitStatus
  let message: String

  /// Finds the code of an error of any of the libraries.
  init(_ error: any Error) {
    let status = (error as? any Explained).map { ExitStatus($0.kind) } ?? .bug
    let sentence = Self.sentence(error)
    let advice =
      status == .inputMissing ? UsageHint.advice(for: sentence, arguments: ProgramArguments.all) : ""
    (self.status, message) = (status, sentence + advice)
    parserError = status == .bug ? error : nil
  }

  /// The error in words, with the command that lists what could have been named.
  private static func sentence(_ error: any Error) -> String {
    let sentence = Sentence.Wording.commandLine.text(of: error)
    switch (error as? UnknownName)?.subject {
    case .model: return "\(sentence); 'activation-dump models' lists all"
    case .layer(let network) where Model.all.contains { $0.identifier == network }:
      return "\(sentence); 'activation-dump layers \(network)' lists all"
    default: return sentence
    }
  }

  private let parserError: (any Error)?

  private static var hint: String? {
    let commands = ActivationDump.configuration.subcommands.flatMap { command in
      let name = command.configuration.commandName ?? ""
      return [name]
        + command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
        .map { "\(name) \($0.configuration.commandName ?? "")" }
    }
    return UsageHint.sentence(for: Array(ProgramArguments.all.dropFirst()), commands: commands + ["help"])
  }

  /// Prints the sentence and ends the process.
  func exit() -> Never {
    if let error = parserError {
      let code = ActivationDump.exitCode(for: error)
      if error is ExitCode { Console.end(with: code.rawValue) }
      if code == .validationFailure, let hint = Self.hint {
        Console.note("error: \(hint)")
        Console.end(with: ExitStatus.usage.rawValue)
      }
      // The help that was asked for is a result. The parser's own way to print has no answer to a write that fails.
      if code == .success || code == .validationFailure {
        let text = ActivationDump.fullMessage(for: error)
        if code == .success { Console.result(text) } else if !text.isEmpty { Console.note("\(text)") }
        Console.end(with: code.rawValue)
      }
      Console.note("error: \(message)")
      Console.note(
        "This is a bug of activation-dump \(Version.text); please report it with the command line.")
      Foundation.exit(ExitStatus.bug.rawValue)
    }
    Console.note("error: \(message)")
    Foundation.exit(status.rawValue)
  }
}

extension ExitStatus {
  /// The code of each class of failure: the only place that gives them codes.
  init(_ kind: Failure.Kind) {
    self =
      switch kind {
      case .usage: .usage
      case .badData: .badData
      case .inputMissing, .inputUnreadable: .inputMissing
      case .cannotCreate: .cannotCreate
      case .writeFailed: .writeFailed
      case .interrupted: .resumable
      }
  }
}
