package import Dumps
import Machine
package import Statistics
package import Units

/// A unit and what it did over the images of a dump.
package struct ListedUnit: Sendable {
  /// The unit.
  package let unit: UnitName
  /// What it did; `nil` where no dump was asked.
  package let statistics: UnitStatistics?
  /// Whether it is dead; `nil` where no dump was asked, or the dump does not say.
  package let isDead: Bool?

  /// Creates an entry.
  package init(unit: UnitName, statistics: UnitStatistics? = nil, isDead: Bool? = nil) {
    (self.unit, self.statistics, self.isDead) = (unit, statistics, isDead)
  }
}

/// Which units to list: those that everything asked for is true of.
package struct UnitFilter: Sendable, Hashable {
  /// Only dead ones (`true`), or only others (`false`): see ``DeadUnits``.
  package var dead: Bool?
  /// Only constant ones.
  package var constant = false
  /// Only those with no recorded value above 0.
  package var neverPositive = false
  /// Only those with at least this share of activations that are zero or less.
  package var sparsity: Double?

  /// Lets every unit through.
  package init() {}

  /// Whether a unit is listed.
  func includes(_ statistics: UnitStatistics, isDead: Bool?) -> Bool {
    if constant && !statistics.isConstant || neverPositive && !statistics.isNeverPositive { return false }
    if let dead, isDead != dead { return false }
    return sparsity.map { statistics.sparsity >= $0 } ?? true
  }
}

/// Lists units by what they did.
package enum UnitListing {
  /// The units of a dump that a filter lets through, in the order of the layers and of their columns.
  ///
  /// - Parameters:
  ///   - dump: The dump.
  ///   - layers: Canonical names of layers that it holds.
  ///   - filter: What to list.
  ///   - threads: The threads.
  /// - Returns: The units, with what they did.
  /// - Throws: ``Failure``, of kind `badData` where units are asked for by whether they are dead and the dump does
  ///   not say; ``UnknownName`` for a layer that was not recorded.
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

  /// All units of a layer, with what they did.
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
