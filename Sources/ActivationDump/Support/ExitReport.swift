import ArgumentParser
import Foundation
import Machine
import Models

/// The exit codes of the program; those of sysexits.h where it defines one.
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
  /// The error that ends a command whose results are already printed.
  var error: ExitCode { ExitCode(rawValue) }
}

/// An error in the form that the user sees: one sentence, and an exit code.
struct ExitReport {
  let status: ExitStatus
  let message: String

  /// Determines the exit code of an error of any library.
  init(_ error: any Error) {
    let status = (error as? any Explained).map { ExitStatus($0.kind) } ?? .bug
    let sentence = Self.sentence(error)
    let advice =
      status == .inputMissing ? UsageHint.advice(for: sentence, arguments: ProgramArguments.all) : ""
    (self.status, message) = (status, sentence + advice)
    parserError = status == .bug ? error : nil
  }

  /// Returns the error as text, with the command that lists the possible names.
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
      // The requested help is a result. The argument parser's own printing ignores errors of the write.
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
  /// Returns the code of a class of failures. Codes are assigned only here.
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
