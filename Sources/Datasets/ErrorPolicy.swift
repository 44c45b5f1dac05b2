/// The action for an image that cannot be read.
package enum ErrorPolicy: String, Sendable, CaseIterable, Codable {
  /// Stops the run.
  case fail
  /// Omits the image, and reports it.
  case skip
}
