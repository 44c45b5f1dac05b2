/// The folder of downloaded checkpoints.
package struct WeightsFolder: Sendable, Hashable {
  /// The folder's path. The folder need not exist.
  package let path: String

  /// Chooses the folder: the user's choice, else `$ACTIVATION_DUMP_WEIGHTS`, else `activation-dump/weights`
  /// in the XDG data folder (`$XDG_DATA_HOME`, else `~/.local/share`).
  ///
  /// - Parameters:
  ///   - choice: The user's choice, from the command line.
  ///   - environment: The process's environment.
  package init(_ choice: String?, environment: [String: String]) {
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    // The XDG specification requires relative paths to be ignored.
    let data = variable("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    path =
      choice ?? variable("ACTIVATION_DUMP_WEIGHTS")
      ?? "\(data ?? "\(variable("HOME") ?? ".")/.local/share")/activation-dump/weights"
  }

  /// Returns the path of a file in the folder.
  package func path(of file: String) -> String { path.hasSuffix("/") ? path + file : "\(path)/\(file)" }
}
