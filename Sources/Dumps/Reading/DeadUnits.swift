import Formats
package import Statistics
import Tensor

/// The dead units of one recorded layer: those that are at most 0 at every position of every image that was
/// read.
///
/// A dump has one number for each unit and image. Only this type decides what that number implies about the
/// positions; docs/glossary.md has the rules as a table.
package struct DeadUnits: Sendable {
  /// The conclusion that a recorded value at or below 0 allows about the positions that it summarises.
  enum Evidence: Sendable, Hashable {
    /// All positions are at or below 0: the value is the maximum, or the only position, or a mean of
    /// positions none of which is below 0.
    case every
    /// All positions are at or below 0 if the value is below 0. A 0 may be a small positive value rounded to
    /// half precision.
    case everyIfNegative
    /// No conclusion.
    case none
  }

  private let evidence: Evidence
  /// The number of images that were read.
  private let images: Int
  /// By column: the number of images that `--baselines` found without a position above 0.
  private let imagesWithout: [Int64]?

  init(_ evidence: Evidence, images: Int, imagesWithout: [Int64]? = nil) {
    (self.evidence, self.images, self.imagesWithout) = (evidence, images, imagesWithout)
  }

  /// Returns whether a unit is dead.
  ///
  /// - Parameters:
  ///   - column: The column of the unit.
  ///   - statistics: The statistics of its recorded values.
  /// - Returns: `nil` where the dump does not determine the answer.
  package func isDead(_ column: Int, _ statistics: UnitStatistics) -> Bool? {
    guard images > 0 else { return false }
    if let imagesWithout { return imagesWithout[column] == Int64(images) }
    // A positive value has a positive position. A NaN value has a position that is not at most 0.
    guard statistics.nonPositive == images else { return false }
    return switch evidence {
    case .every: true
    case .everyIfNegative: statistics.maximum < 0 ? true : nil
    case .none: nil
    }
  }
}

extension Manifest {
  /// Returns the conclusion that a recorded value of a layer allows about the layer's positions.
  func evidence(of layer: Manifest.Array) -> DeadUnits.Evidence {
    let isWhole =
      switch Reduction(rawValue: reduce) {
      case .some(.max), .some(.none): true
      case .mean: layer.positions == 1 || layer.nonNegative == true
      default: layer.positions == 1
      }
    guard isWhole else { return .none }
    return ArrayFormat(layer)?.type == .float32 ? .every : .everyIfNegative
  }
}
