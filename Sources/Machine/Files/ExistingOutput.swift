/// The action for a dump that already exists at the path of a new one.
package enum ExistingOutput: Sendable {
  /// Stops with an error, and leaves the dump unchanged.
  case refuse
  /// Continues the dump, if it is the same recording.
  case resume
  /// Replaces the dump.
  case overwrite
}
