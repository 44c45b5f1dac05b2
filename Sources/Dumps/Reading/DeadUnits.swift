import Formats
package import Statistics
import Tensor

/// Which units of one recorded layer are dead: at most 0 at every position of every image that was read.
///
/// A dump has one number for a unit and an image. What that number says of the positions is decided here and nowhere else;
/// docs/glossary.md has it as a table.
package struct DeadUnits: Sendable {
  /// What a recorded value at or below 0 says of the positions that it stands for.
  enum Evidence: Sendable, Hashable {
    /// All of them are: the value is the greatest, or the only one, or a mean of none below 0.
    case every
    /// All of them are if it is below 0; a 0 may be a small positive value rounded to a half.
    case everyIfNegative
    /// Nothing.
    case none
  }

  private let evidence: Evidence
  /// The images that were read.
  private let images: Int
  /// By column: the images that `--baselines` found without a position above 0.
  private let imagesWithout: [Int64]?

  init(_ evidence: Evidence, images: Int, imagesWithout: [Int64]? = nil) {
    (self.evidence, self.images, self.imagesWithout) = (evidence, images, imagesWithout)
  }

  /// Whether a unit is dead.
  ///
  /// - Parameters:
  ///   - column: Its column.
  ///   - statistics: What was recorded of it.
  /// - Returns: `nil` where the dump does not say.
  package func isDead(_ column: Int, _ statistics: UnitStatistics) -> Bool? {
    guard images > 0 else { return false }
    if let imagesWithout { return imagesWithout[column] == Int64(images) }
    // A positive value has a positive position; one that is not a number has one that is not at most 0.
    guard statistics.nonPositive == images else { return false }
    return switch evidence {
    case .every: true
    case .everyIfNegative: statistics.maximum < 0 ? true : nil
    case .none: nil
    }
  }
}

extension Manifest {
  /// What a recorded value of a layer says of the layer's positions.
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
