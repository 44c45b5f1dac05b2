import Foundation
import TestSupport
import Testing

/// Libraries that make calls fail, loaded before the C library with `LD_PRELOAD`.
enum FaultLibrary {
  /// The library for calls that change a folder, and for writes to a standard stream: `failing.c`.
  static let failing = Result { try compiled("failing") }
  /// The library for calls that some file systems lack, and for calls that read: `refusing.c`.
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
