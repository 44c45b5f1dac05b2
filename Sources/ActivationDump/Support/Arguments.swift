import Foundation
import Tensor

/// What the program was started with, as ``PathText`` has it: `CommandLine` keeps no bytes that are not UTF-8.
enum Arguments {
  /// The program's name and its arguments.
  static let all: [String] = {
    guard let bytes = FileManager.default.contents(atPath: "/proc/self/cmdline"), bytes.last == 0 else {
      return CommandLine.arguments
    }
    return bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false).map { PathText.text($0) }
  }()

  /// The environment; of variables that name folders, every byte is kept.
  static func environment() -> [String: String] {
    var found = ProcessInfo.processInfo.environment
    for name in ["ACTIVATION_DUMP_WEIGHTS", "XDG_DATA_HOME", "HOME"] {
      guard let value = getenv(name) else { continue }
      found[name] = PathText.text(
        UnsafeBufferPointer(start: value, count: strlen(value)).map { UInt8(bitPattern: $0) })
    }
    return found
  }
}
