/// Published weights that fit a network and are not those its identifier means.
///
/// Their publishers put the first digits of the SHA-256 into the file's name.
package struct OtherWeights: Sendable, Hashable {
  /// The first digits of the file's SHA-256.
  package let digest: String
  /// Their name, in words.
  package let name: String
  /// The difference between their network's computation and this one's, `nil` where there is none.
  package let difference: String?
  /// The identifier whose network it is, where there is one.
  package let identifier: String?

  init(_ digest: String, _ name: String, difference: String? = nil, identifier: String? = nil) {
    (self.digest, self.name, self.difference, self.identifier) = (digest, name, difference, identifier)
  }
}
