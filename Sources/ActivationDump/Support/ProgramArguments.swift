import CStartup
import Foundation
import Machine

/// The arguments and the environment of the process, in the form of ``PathText``. `CommandLine` loses bytes
/// that are not UTF-8, and is empty without `/proc`.
enum ProgramArguments {
  /// The program's name and its arguments.
  static let all: [String] = (0..<cs_argument_count()).compactMap {
    cs_argument($0).map(text)
  }

  /// Returns the environment. For variables that name folders, every byte is kept.
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

  /// Returns the arguments.
  ///
  /// - Throws: ``Failure`` of kind `usage` when the program was started even without its name: all its
  ///   arguments are then lost.
  static func given() throws(Failure) -> ArraySlice<String> {
    // Linux gives a program that was started without a name an empty one.
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
