/// How extreme the queries are, by the study's names.
package enum ExemplarCondition: String, Sendable, CaseIterable, Codable {
  /// Right behind the references.
  case easy
  /// From the 99th percentile (and the 1st).
  case hard99
  /// From the 95th percentile (and the 5th).
  case hard95
  /// From the 85th percentile (and the 15th).
  case hard85

  /// What the study adds to a network's name in its folders: nothing for ``easy``.
  package var suffix: String { self == .easy ? "" : rawValue }

  /// How many percent of all images lie outside the queries, on either side; `nil` where only the references do.
  var percent: Int? {
    switch self {
    case .easy: nil
    case .hard99: 1
    case .hard95: 5
    case .hard85: 15
    }
  }
}
