/// The extremeness of the queries, by the study's names.
package enum ExemplarCondition: String, Sendable, CaseIterable, Codable {
  /// Queries directly follow the references.
  case easy
  /// Queries are at the 99th percentile (and at the 1st).
  case hard99
  /// Queries are at the 95th percentile (and at the 5th).
  case hard95
  /// Queries are at the 85th percentile (and at the 15th).
  case hard85

  /// The suffix of a network's name in the study's folders; empty for ``easy``.
  package var suffix: String { self == .easy ? "" : rawValue }

  /// The percentage of all images that lie beyond the queries, at either end; `nil` where only the references
  /// do.
  var percent: Int? {
    switch self {
    case .easy: nil
    case .hard99: 1
    case .hard95: 5
    case .hard85: 15
    }
  }
}
