import ArgumentParser
import Foundation
import Machine

/// The end of a command that was stopped before it was done: a note that says what to do, and an exit code.
enum Interruption {
  /// What is done was kept, and another run goes on from there.
  static func goesOn(after signal: Int32?, _ what: String = "interrupted") -> ExitCode {
    Console.note("\(what); the same command with --resume goes on")
    return (signal == SIGINT ? ExitStatus.interrupted : .resumable).error
  }

  /// Another run starts from the beginning.
  static func startsAgain() -> ExitCode {
    Console.note("interrupted; the same command with --overwrite starts again")
    return ExitStatus.interrupted.error
  }
}
