package import Dumps
import Machine
package import Statistics
package import Units

/// A unit and its statistics over the images of a dump.
package struct ListedUnit: Sendable {
  /// The unit.
  package let unit: UnitName
  /// The statistics of the unit; `nil` without a dump.
  package let statistics: UnitStatistics?
  /// Whether the unit is dead; `nil` without a dump, or when the dump does not determine the answer.
  package let isDead: Bool?

  /// Creates an entry.
  package init(unit: UnitName, statistics: UnitStatistics? = nil, isDead: Bool? = nil) {
    (self.unit, self.statistics, self.isDead) = (unit, statistics, isDead)
  }
}

/// A filter of units. A unit is listed if it meets all conditions.
package struct UnitFilter: Sendable, Hashable {
  /// Only dead units (`true`), or only units that are not dead (`false`): see ``DeadUnits``.
  package var dead: Bool?
  /// Only constant units.
  package var constant = false
  /// Only units with no recorded value above 0.
  package var neverPositive = false
  /// Only units with at least this share of activations that are zero or less.
  package var sparsity: Double?

  /// Creates a filter that accepts every unit.
  package init() {}

  /// Returns whether the filter accepts a unit.
  func includes(_ statistics: UnitStatistics, isDead: Bool?) -> Bool {
    if constant && !statistics.isConstant || neverPositive && !statistics.isNeverPositive { return false }
    if let dead, isDead != dead { return false }
    return sparsity.map { statistics.sparsity >= $0 } ?? true
  }
}

/// Lists units by their statistics.
package enum UnitListing {
  /// Returns the units of a dump that a filter accepts, in the order of the layers and of their columns.
  ///
  /// - Parameters:
  ///   - dump: The dump.
  ///   - layers: Canonical names of recorded layers.
  ///   - filter: The filter.
  ///   - threads: The number of threads.
  /// - Returns: The units, with their statistics.
  /// - Throws: ``Failure``, of kind `badData` when the filter asks for dead units and the dump does not
  ///   determine them; ``UnknownName`` for a layer that was not recorded.
  package static func units(
    of dump: RecordedDump, layers: [String], filter: UnitFilter, threads: Int = ProcessorCount.available
  ) throws -> [ListedUnit] {
    let recorded = try layers.map { try dump.layer(named: $0) }
    let listed = try map(in: recorded, threads: threads) { try units(of: $0) }.flatMap { $0 }
    let unknown = listed.count { $0.isDead == nil }
    guard filter.dead == nil || unknown == 0 else {
      throw Failure(
        .badData,
        "\(dump.path) does not say which units are dead: \(unknown) of \(listed.count) have no recorded value above 0, but"
          + " may be above 0 at single positions",
        remedy: "record it with \(.baselines), or list them with \(.neverPositive)"
      )
    }
    return listed.filter { unit in unit.statistics.map { filter.includes($0, isDead: unit.isDead) } ?? false }
  }

  /// Returns all units of a layer, with their statistics.
  private static func units(of layer: RecordedLayer) throws -> [ListedUnit] {
    let statistics = try layer.statistics(ofColumns: 0..<layer.units.count)
    let dead = try layer.deadUnits()
    return statistics.enumerated().map { column, statistics in
      ListedUnit(
        unit: UnitName(layer: layer.name, channel: layer.units[column]), statistics: statistics,
        isDead: dead.isDead(column, statistics))
    }
  }
}
