/// What to do about a dump that is in the place of a new one.
package enum ExistingOutput: Sendable {
  /// Refuse to touch it.
  case refuse
  /// Go on where it stopped, if it is the same recording.
  case resume
  /// Replace it.
  case overwrite
}
