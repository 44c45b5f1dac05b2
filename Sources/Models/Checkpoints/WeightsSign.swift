package import Machine

/// A sign, in the keys of a checkpoint, that its weights are not those a network means.
package struct WeightsSign: Sendable {
  /// A finding, as a sentence without its subject, the file.
  package enum Finding: Sendable, Hashable {
    /// The network would compute something else with these weights.
    case excludes(Sentence)
    /// The network is the same, the weights may be others.
    case differs(Sentence)
  }

  /// Looks at the keys of a checkpoint; `nil` where the sign is not there.
  package let finding: @Sendable (_ keys: Set<String>) -> Finding?

  init(_ finding: @escaping @Sendable (_ keys: Set<String>) -> Finding?) { self.finding = finding }
}

/// The activation of a network whose parameters fit one with the exact GELU and one with CLIP's approximation.
package struct GELUVariant: Sendable {
  /// Whether it is the approximation, `x · σ(1.702 x)`.
  package let isQuick: Bool
  /// The identifier of the network with the other one.
  package let otherModel: String
  /// The publishers whose weights have the other one, in words.
  package let otherOwners: String
  /// Whether the keys of a checkpoint tell which of the two it has.
  package let isKnown: @Sendable (_ keys: Set<String>) -> Bool
}
