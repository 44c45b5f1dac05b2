package import Machine

/// A sign, in the keys of a checkpoint, that its weights are not those that a network means.
package struct WeightsSign: Sendable {
  /// A finding, as a sentence without its subject (the file).
  package enum Finding: Sendable, Hashable {
    /// The network would compute different results with these weights.
    case excludes(Sentence)
    /// The network is the same, but the weights may be others.
    case differs(Sentence)
  }

  /// Examines the keys of a checkpoint; returns `nil` if the sign is absent.
  package let finding: @Sendable (_ keys: Set<String>) -> Finding?

  init(_ finding: @escaping @Sendable (_ keys: Set<String>) -> Finding?) { self.finding = finding }
}

/// The activation of a network whose parameters fit both the exact GELU and CLIP's approximation.
package struct GELUVariant: Sendable {
  /// Whether the activation is the approximation, `x · σ(1.702 x)`.
  package let isQuick: Bool
  /// The identifier of the network with the other activation.
  package let otherModel: String
  /// The publishers whose weights have the other activation, in words.
  package let otherOwners: String
  /// Whether the keys of a checkpoint show which of the two activations it has.
  package let isKnown: @Sendable (_ keys: Set<String>) -> Bool
}
