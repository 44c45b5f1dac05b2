import Statistics

/// What the atlas shows of one layer.
struct LayerDigest: Sendable {
  /// The layer's dotted name.
  var name: String
  /// What was recorded of it: `mean`, `max`, `token0`.
  var reduction: String
  /// The images every unit's numbers are over.
  var count: Int
  /// The units, by column.
  var units: [UnitDigest]

  /// The images from which percentiles and histograms come, where these are not all.
  var sampled: Int? { units.compactMap(\.sampled).max() }

  /// Adds the images it shows.
  func insertRows(into rows: inout RowSet) {
    for unit in units {
      for image in unit.low { rows.insert(image.row) }
      for image in unit.high { rows.insert(image.row) }
      for case let image? in unit.stops { rows.insert(image.row) }
    }
  }
}
