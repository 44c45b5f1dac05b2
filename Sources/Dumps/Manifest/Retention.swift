package import Machine

/// The part of each unit's activations that a dump keeps.
package enum Retention: Sendable, Hashable, CustomStringConvertible {
  /// Every activation: a matrix for each layer.
  case all
  /// So many images from each end of each unit, and what can be known of the rest without keeping it.
  case extremes(Int)

  /// The images the study needs from each end: 180 references and 20 queries, which at the high end leave one out between.
  package static let defaultLimit = 201
  /// The most images from each end.
  package static let greatestLimit = 10_000

  /// Reads `all`, `extremes` or `extremes:K`.
  ///
  /// - Throws: ``Failure`` of kind `usage`.
  package init(_ text: String) throws(Failure) {
    let words = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (words[0], words.count) {
    case ("all", 1): self = .all
    case ("extremes", 1): self = .extremes(Self.defaultLimit)
    case ("extremes", 2):
      guard let limit = Int(words[1]), (1...Self.greatestLimit).contains(limit) else {
        throw Failure(
          .usage,
          "\(.keep, "extremes:K") takes 1 to \(Self.greatestLimit) images from each end, not '\(words[1])'"
        )
      }
      self = .extremes(limit)
    default: throw Failure(.usage, "\(.keep) is 'all', 'extremes' or 'extremes:K', not '\(text)'")
    }
  }

  /// As it is written on the command line.
  package var description: String {
    switch self {
    case .all: "all"
    case .extremes(let limit): "extremes:\(limit)"
    }
  }
}
