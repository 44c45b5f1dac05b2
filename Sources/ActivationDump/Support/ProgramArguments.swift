import CStartup
import Foundation
import Machine

/// What the program was started with, as ``PathText`` has it. `CommandLine` keeps no bytes that are not UTF-8, and has nothing
/// where there is no `/proc`.
enum ProgramArguments {
  /// The program's name and its arguments.
  static let all: [String] = (0..<cs_argument_count()).compactMap {
    cs_argument($0).map(text)
  }

  /// The environment; of variables that name folders, every byte is kept.
  static func environment() -> [String: String] {
    var found = ProcessInfo.processInfo.environment
    for name in ["ACTIVATION_DUMP_WEIGHTS", "XDG_DATA_HOME", "HOME"] {
      if let value = getenv(name) { found[name] = text(value) }
    }
    return found
  }

  private static func text(_ string: UnsafePointer<CChar>) -> String {
    PathText.text(UnsafeBufferPointer(start: string, count: strlen(string)).map { UInt8(bitPattern: $0) })
  }

  /// The arguments.
  ///
  /// - Throws: ``Failure`` of kind `usage` if the program was started without even its name: then whatever it was
  ///   to be told was lost.
  static func given() throws(Failure) -> ArraySlice<String> {
    // Where a program has no name, Linux makes it an empty one.
    guard all.count > 1 || all.first?.isEmpty == false else {
      throw Failure(
        .usage,
        "the program was started without arguments, not even its own name",
        remedy: "start it as 'activation-dump COMMAND'"
      )
    }
    return all.dropFirst()
  }
}
