import Statistics

/// The script with the numbers of a layer's page: arrays in the order of units, in the format of
/// docs/atlas.md.
struct LayerScript {
  let layer: LayerDigest
  let images: ImageCaptions
  /// Every row that the layer shows, ascending. Images are numbered by their index in this list.
  private let rows: [Int]

  init(_ layer: LayerDigest, images: ImageCaptions, rowsOfDump: Int) {
    (self.layer, self.images) = (layer, images)
    var shown = RowSet(count: rowsOfDump)
    layer.insertRows(into: &shown)
    rows = shown.rows
  }

  /// The text of the script.
  var text: String {
    let units = layer.units
    var numbers: [Int: UInt32] = [:]
    numbers.reserveCapacity(rows.count)
    for (number, row) in rows.enumerated() { numbers[row] = UInt32(number) }

    func number(_ image: RankedImage?) -> UInt32 { image.flatMap { numbers[$0.row] } ?? .max }
    func value(_ image: RankedImage?) -> Float { image?.value ?? .nan }
    func statistic(_ path: KeyPath<UnitStatistics, Double>) -> String {
      ScriptText.packed(units.map { Float($0.statistics[keyPath: path]) })
    }
    let kept = units.map { max($0.low.count, $0.high.count) }.max() ?? 0
    let high = units.flatMap { padded($0.high, to: kept) }
    let low = units.flatMap { padded($0.low, to: kept) }
    let stops = units.flatMap(\.stops)
    let counts = units.flatMap(\.histogram)
    let isWide = counts.contains { $0 > UInt16.max }
    let (labels, labelNames) = images.labels(ofRows: rows)

    let fields: [(String, String)] = [
      ("layer", ScriptText.string(layer.name)),
      ("count", "\(layer.count)"), ("kept", "\(kept)"), ("bins", "\(Histogram.bins)"),
      ("stops", "[\(Percentiles.stops.map(String.init).joined(separator: ","))]"),
      ("isSampled", "\(layer.sampled != nil)"), ("histogramCount", "\(layer.sampled ?? layer.count)"),
      ("wide", "\(isWide)"),
      ("channels", ScriptText.packed(units.map { UInt32($0.channel) })),
      ("minimum", statistic(\.minimum)), ("maximum", statistic(\.maximum)), ("mean", statistic(\.mean)),
      ("nonPositive", ScriptText.packed(units.map { UInt32(truncatingIfNeeded: $0.statistics.nonPositive) })),
      ("neverPositiveName", ScriptText.string(Wording.neverPositive(layer.reduction))),
      ("neverPositive", ScriptText.packed(units.map { UInt8($0.statistics.isNeverPositive ? 1 : 0) })),
      ("dead", ScriptText.packed(units.map { unit in unit.isDead.map { $0 ? 1 : 0 } ?? UInt8.max })),
      ("constant", ScriptText.packed(units.map { UInt8($0.statistics.isConstant ? 1 : 0) })),
      ("high", ScriptText.packed(high.map(number))), ("highValues", ScriptText.packed(high.map(value))),
      ("low", ScriptText.packed(low.map(number))), ("lowValues", ScriptText.packed(low.map(value))),
      ("stop", ScriptText.packed(stops.map(number))), ("stopValues", ScriptText.packed(stops.map(value))),
      (
        "histogram",
        isWide ? ScriptText.packed(counts) : ScriptText.packed(counts.map { UInt16(truncatingIfNeeded: $0) })
      ),
      ("rows", ScriptText.packed(rows.map { UInt32($0) })),
      ("labels", ScriptText.packed(labels)), ("labelNames", ScriptText.strings(labelNames)),
      ("paths", ScriptText.strings(FoldedPaths.fold(rows.map(images.path(ofRow:))))),
    ]
    return "atlas.layer({\n\(fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",\n"))\n});\n"
  }

  private func padded(_ images: [RankedImage], to count: Int) -> [RankedImage?] {
    images + [RankedImage?](repeating: nil, count: count - images.count)
  }
}
