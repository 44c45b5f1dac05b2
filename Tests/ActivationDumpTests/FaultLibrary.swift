import Foundation
import TestSupport
import Testing

/// Libraries that make calls fail, to be loaded before the C library: `LD_PRELOAD`.
enum FaultLibrary {
  /// Calls that change a folder, and writes to a standard stream: `failing.c`.
  static let failing = Result { try compiled("failing") }
  /// Calls that some file systems do not have, and those that read: `refusing.c`.
  static let refusing = Result { try compiled("refusing") }

  /// Compiles a fixture, once for each run of the tests.
  private static func compiled(_ name: String) throws -> String {
    let library = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(getpid()).so").path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "cc", "-O1", "-shared", "-fPIC", "-o", library, repositoryFile("Tests/Fixtures/faults/\(name).c"),
      "-ldl",
    ]
    try compiler.run()
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0)
    return library
  }
}
