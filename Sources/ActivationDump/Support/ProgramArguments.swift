import CStartup
import Recording

/// What the program was started with. `CommandLine` has nothing where there is no `/proc`.
enum ProgramArguments {
  /// The program's name and its arguments.
  static let all: [String] = (0..<cs_argument_count()).compactMap {
    cs_argument($0).map(String.init(cString:))
  }

  /// The arguments.
  ///
  /// - Throws: ``RecordingError`` of kind `usage` if the program was started without even its name: then whatever it was
  ///   to be told was lost.
  static func given() throws(RecordingError) -> ArraySlice<String> {
    // Where a program has no name, Linux makes it an empty one.
    guard all.count > 1 || all.first?.isEmpty == false else {
      throw RecordingError(
        .usage,
        "the program was started without arguments, not even its own name; start it as 'activation-dump COMMAND'"
      )
    }
    return all.dropFirst()
  }
}
