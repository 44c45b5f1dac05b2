import Statistics

/// The atlas's data of one layer.
struct LayerDigest: Sendable {
  /// The layer's dotted name.
  var name: String
  /// The reduction of the layer's value: `mean`, `max`, `token0`.
  var reduction: String
  /// The number of images from which every unit's numbers are computed.
  var count: Int
  /// The units, by column.
  var units: [UnitDigest]

  /// The number of sampled images from which percentiles and histograms are computed; `nil` where all images
  /// are used.
  var sampled: Int? { units.compactMap(\.sampled).max() }

  /// Adds the rows of the images that the layer shows.
  func insertRows(into rows: inout RowSet) {
    for unit in units {
      for image in unit.low { rows.insert(image.row) }
      for image in unit.high { rows.insert(image.row) }
      for case let image? in unit.stops { rows.insert(image.row) }
    }
  }
}
