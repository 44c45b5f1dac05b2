import Foundation
import TestSupport
import Testing

/// The real program, as the shell runs it.
struct Program {
  /// The result of a run.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// Parses standard output, which must be exactly one JSON object.
    func json() throws -> [String: Any] {
      let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(object as? [String: Any])
    }
  }

  /// The path of the binary that was built with these tests.
  static let path: String = {
    let tests = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return (tests as NSString).deletingLastPathComponent + "/activation-dump"
  }()

  /// Runs the program to its end.
  static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try run(path, arguments, environment)
  }

  /// Runs the program and calls a closure while it runs. If a signal ends the program, its status is the
  /// signal's number.
  static func run(
    _ command: String, _ arguments: [String], environment: [String: String] = [:],
    meanwhile: (Process) throws -> Void = { _ in }
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let process = try start(path, [command] + arguments, environment, in: folder)
    do { try meanwhile(process) } catch {
      process.terminate()
      throw error
    }
    process.waitUntilExit()
    return try outcome(of: process, in: folder, mayBeKilled: true)
  }
  /// Runs the program with an array of arguments.
  static func run(_ arguments: [String]) throws -> Outcome { try run(path, arguments, [:]) }

  /// Runs a shell command in which `"$0"` is the program and `"$1"`, `"$2"`… are the arguments.
  static func shell(
    _ command: String, _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Outcome {
    try run("/bin/sh", ["-c", command, path] + arguments, environment)
  }

  /// Runs another program, found in the PATH.
  static func tool(_ name: String, _ arguments: [String], environment: [String: String]) throws -> Outcome {
    try run("/usr/bin/env", [unblocking, name] + arguments, environment)
  }

  /// An option of `env` that unblocks signals: threads that start processes may block signals, and child
  /// processes would inherit that.
  static let unblocking = "--default-signal=USR1,TERM"

  private static func run(
    _ executable: String, _ arguments: [String], _ environment: [String: String]
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let process = try start(executable, arguments, environment, in: folder)
    process.waitUntilExit()
    return try outcome(of: process, in: folder)
  }

  /// Starts the program and calls a closure while it runs.
  static func run(_ arguments: String..., meanwhile: (Process) throws -> Void) throws -> Outcome {
    let folder = try TemporaryFolder()
    let process = try start(path, arguments, [:], in: folder)
    do { try meanwhile(process) } catch {
      process.terminate()
      throw error
    }
    process.waitUntilExit()
    return try outcome(of: process, in: folder)
  }

  private static func start(
    _ executable: String, _ arguments: [String], _ environment: [String: String], in folder: TemporaryFolder
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    // The weights folder of the user who runs the tests must not matter.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["ACTIVATION_DUMP_WEIGHTS": folder("weights")]) { $1 }.merging(environment) { $1 }
    // Output goes to files, since a pipe that is not read blocks the program.
    for name in ["out", "err"] { try folder.write([], to: name) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: folder("out"))
    process.standardError = FileHandle(forWritingAtPath: folder("err"))
    try process.run()
    return process
  }

  private static func outcome(
    of process: Process, in folder: TemporaryFolder, mayBeKilled: Bool = false
  ) throws -> Outcome {
    #expect(process.terminationReason == .exit || mayBeKilled)
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: folder("out"), encoding: .utf8),
      errors: try String(contentsOfFile: folder("err"), encoding: .utf8))
  }
}

/// Creates a folder with images.
func imageFolder(count: Int, classes: [String] = ["n01440764", "n01443537"]) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for index in 0..<count {
    let image = PNG.photograph(width: 40, height: 50, seed: UInt64(index))
    try folder.write(image, to: "images/\(classes[index % classes.count])/\(index).png")
  }
  return folder
}

/// Returns the path of a file of this repository.
func repositoryFile(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: name).path
}
