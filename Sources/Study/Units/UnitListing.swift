public import Models
public import Recording

/// A unit and what it did over the images of a dump.
public struct ListedUnit: Sendable {
  /// The unit.
  public let unit: Models.Unit
  /// What it did; `nil` where no dump was asked.
  public let statistics: UnitStatistics?

  /// Creates an entry.
  public init(unit: Models.Unit, statistics: UnitStatistics?) {
    (self.unit, self.statistics) = (unit, statistics)
  }
}

/// Which units to list.
public struct UnitFilter: Sendable, Hashable {
  /// Only dead ones: whose greatest and least activation differ by less than 1e-8.
  public var dead = false
  /// Only those that are not dead.
  public var alive = false
  /// Only those with at least this share of activations that are zero or less.
  public var sparsity: Double?

  /// Lets every unit through.
  public init() {}

  /// Whether a unit is listed.
  func includes(_ statistics: UnitStatistics) -> Bool {
    if dead && !statistics.isConstant || alive && statistics.isConstant { return false }
    return sparsity.map { statistics.sparsity >= $0 } ?? true
  }
}

/// Lists units by what they did.
public enum UnitListing {
  /// The units of a dump that a filter lets through, in the order of the layers and of their columns.
  ///
  /// - Parameters:
  ///   - dump: The dump.
  ///   - layers: Canonical names of layers that it holds.
  ///   - filter: What to list.
  ///   - threads: The threads.
  /// - Returns: The units, with what they did.
  /// - Throws: ``RecordingError``, or ``UnknownName`` for a layer that was not recorded.
  public static func units(
    of dump: RecordedDump, layers: [String], filter: UnitFilter, threads: Int = ProcessorCount.available
  ) throws -> [ListedUnit] {
    let recorded = try layers.map { try dump.layer(named: $0) }
    let results = SlotResults<[ListedUnit]>(recorded.count)
    let queue = PositionQueue(recorded.count)
    try withWorkers(max(min(threads, recorded.count), 1)) { _ in
      while let position = queue.take() {
        let layer = recorded[position]
        let statistics = try layer.statistics(ofColumns: 0..<layer.units.count)
        let listed = zip(layer.units, statistics).compactMap { channel, statistics in
          filter.includes(statistics)
            ? ListedUnit(
              unit: Models.Unit(layer: layer.name, channel: channel), statistics: statistics) : nil
        }
        results.set(position, listed)
      }
    }
    return results.all.flatMap { $0 }
  }
}
