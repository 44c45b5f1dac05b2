package import Machine

/// The part of each unit's activations that a dump keeps.
package enum Retention: Sendable, Hashable, CustomStringConvertible {
  /// Every activation: a matrix for each layer.
  case all
  /// The given number of images at each end of each unit, and statistics of the other images.
  case extremes(Int)

  /// The number of images that the study needs at each end: 180 references and 20 queries. At the high end,
  /// the study leaves out one image between the two groups.
  package static let defaultLimit = 201
  /// The maximum number of images at each end.
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

  /// The spelling on the command line.
  package var description: String {
    switch self {
    case .all: "all"
    case .extremes(let limit): "extremes:\(limit)"
    }
  }
}
