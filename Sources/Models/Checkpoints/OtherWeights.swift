/// Published weights that fit a network, and are not the weights that its identifier means.
///
/// Their publishers put the first digits of the SHA-256 into the name of the file.
package struct OtherWeights: Sendable, Hashable {
  /// The first digits of the file's SHA-256.
  package let digest: String
  /// The name of the weights, in words.
  package let name: String
  /// The difference between the computation of their network and that of this one; `nil` if there is none.
  package let difference: String?
  /// The identifier of the network of these weights, if the catalogue has one.
  package let identifier: String?

  init(_ digest: String, _ name: String, difference: String? = nil, identifier: String? = nil) {
    (self.digest, self.name, self.difference, self.identifier) = (digest, name, difference, identifier)
  }
}
