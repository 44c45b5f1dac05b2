/// What to do about an image that cannot be read.
package enum ErrorPolicy: String, Sendable, CaseIterable, Codable {
  /// Stop.
  case fail
  /// Leave it out and say so.
  case skip
}
