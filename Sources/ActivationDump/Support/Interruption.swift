import ArgumentParser
import Foundation
import Machine

/// The end of a command that was stopped before it was done: a note that says how to continue, and an exit
/// code.
enum Interruption {
  /// Notes that the finished work is kept and that another run resumes it. Returns the exit code.
  static func goesOn(after signal: Int32?, _ what: String = "interrupted") -> ExitCode {
    Console.note("\(what); the same command with --resume goes on")
    return (signal == SIGINT ? ExitStatus.interrupted : .resumable).error
  }

  /// Notes that another run starts from the beginning. Returns the exit code.
  static func startsAgain() -> ExitCode {
    Console.note("interrupted; the same command with --overwrite starts again")
    return ExitStatus.interrupted.error
  }
}
