package import Machine
package import Statistics

/// One layer of a dump.
package struct RecordedLayer: Sendable {
  /// The form in which values are kept.
  package enum Storage: Sendable, Hashable {
    /// Every value.
    case matrix
    /// For each unit: at most the given number of images at each end, the moments and counts of all images,
    /// and a sample.
    case extremes(Int)
  }

  /// PyTorch's name.
  package let name: String
  /// The study's name.
  package let studyName: String
  /// The unit of each column.
  package let units: [Int]
  /// The number of rows, one per image, skipped images included.
  package let rows: Int
  /// The form in which its values are kept.
  package let storage: Storage
  /// The reduction that gives a value: `mean`, `max`, `token0`.
  package let reduction: String

  let file: String
  private let array: Manifest.Array
  private let evidence: DeadUnits.Evidence
  /// The number of images that were read.
  private let images: Int
  /// The file of its baselines, where they were measured.
  private let baselines: String?
  /// The row, in the table of images, of row 0 of this layer. Earlier rows of the table are in other shards.
  private let firstRow: Int

  init(_ array: Manifest.Array, of manifest: Manifest, in folder: String, rows: Int) throws(Failure) {
    guard let name = array.name, array.shape.count >= 2, array.shape.allSatisfy({ $0 >= 0 }),
      (manifest.extremes?.limit ?? 1) > 0
    else {
      throw Failure(.badData, "\(folder)/manifest.json does not say what \(array.file) holds")
    }
    self.name = name
    studyName = array.studyName ?? name
    (self.rows, reduction) = (rows, manifest.reduce)
    (file, self.array, firstRow) = ("\(folder)/\(array.file)", array, manifest.shard?.firstRow ?? 0)
    (evidence, images) = (manifest.evidence(of: array), manifest.images.count - manifest.images.skipped)
    baselines = manifest.baselines?.first { $0.name == name }.map { "\(folder)/\($0.file)" }
    storage = manifest.extremes.map { .extremes($0.limit) } ?? .matrix
    let width = array.rowShape[0]
    units = array.units ?? Array(0..<width)
    guard array.images == rows, array.units.map({ $0.count == width || array.shape.count > 2 }) ?? true
    else {
      throw Failure(.badData, "\(folder)/manifest.json contradicts itself about \(array.file)")
    }
  }

  /// Returns the column of a unit, or `nil` when the unit was not recorded.
  package func column(ofUnit channel: Int) -> Int? {
    units.indices.contains(channel) && units[channel] == channel ? channel : units.firstIndex(of: channel)
  }

  /// Calls `body` with each of some columns: the values of one unit for all rows, NaN in the rows of skipped
  /// images.
  ///
  /// In the file, the values of one image are contiguous unless the file is unit-major. Therefore columns are
  /// read in groups, as many at a time as fit in `memory` bytes: request many columns in one call.
  ///
  /// - Throws: ``Failure`` when the file cannot be read, does not match the manifest, holds more than one
  ///   value per unit, or holds only extremes; and the errors of `body`.
  /// - Precondition: The columns are among those of ``units``.
  package func forEachColumn(
    in columns: Range<Int>, memory: Int = 256 << 20,
    _ body: (_ column: Int, _ values: Span<Float>) throws -> Void
  ) throws {
    precondition(columns.isEmpty || units.indices.contains(columns.upperBound - 1), "no column \(columns)")
    let matrix = try matrix()
    let width = max(min(memory / (MemoryLayout<Float>.size * max(rows, 1)), columns.count), 1)
    let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(width * rows, 1))
    defer { block.deallocate() }
    for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
      let some = first..<min(first + width, columns.upperBound)
      matrix.transpose(some, into: block)
      for column in some {
        let start = (column - first) * rows
        try body(column, UnsafeBufferPointer(rebasing: block[start..<start + rows]).span)
      }
    }
  }

  /// Calls `body` with the ranking of each of some columns: every rank for a matrix, both ends for extremes.
  ///
  /// - Throws: As ``forEachColumn(in:memory:_:)``, but extremes are no error.
  /// - Precondition: The columns are among those of ``units``.
  package func forEachRanking(
    in columns: Range<Int>, memory: Int = 256 << 20, _ body: (_ column: Int, UnitRanking) throws -> Void
  ) throws {
    precondition(columns.isEmpty || units.indices.contains(columns.upperBound - 1), "no column \(columns)")
    guard let extremes = try extremes() else {
      var ranker = ImageRanker()
      return try forEachColumn(in: columns, memory: memory) { try body($0, ranker.rank($1)) }
    }
    for column in columns {
      let ends = try extremes.ends(ofUnit: column)
      try body(
        column,
        UnitRanking(
          count: extremes.count(ofUnit: column), low: ends.low.map(image),
          high: ends.high.reversed().map(image)))
    }
  }

  /// Returns the ranking of one column. For several columns, ``forEachRanking(in:memory:_:)`` is faster.
  ///
  /// - Throws: As ``forEachRanking(in:memory:_:)``.
  package func ranking(ofColumn column: Int) throws -> UnitRanking {
    var found = UnitRanking(count: 0, low: [], high: [])
    try forEachRanking(in: column..<column + 1) { found = $1 }
    return found
  }

  /// Returns the statistics of the units of some columns. A matrix and extremes give the same numbers, bit
  /// for bit.
  ///
  /// - Throws: As ``forEachRanking(in:memory:_:)``.
  /// - Precondition: The columns are among those of ``units``.
  package func statistics(
    ofColumns columns: Range<Int>, memory: Int = 256 << 20
  ) throws -> [UnitStatistics] {
    precondition(columns.isEmpty || units.indices.contains(columns.upperBound - 1), "no column \(columns)")
    if let extremes = try extremes() { return columns.map(extremes.statistics(ofUnit:)) }
    var found: [UnitStatistics] = []
    try forEachColumn(in: columns, memory: memory) { found.append(UnitStatistics(of: $1)) }
    return found
  }

  /// Determines which units are dead, as far as the dump has the information.
  ///
  /// - Throws: ``Failure`` when the file of the baselines cannot be read, or is of another layer or of other
  ///   images.
  package func deadUnits() throws(Failure) -> DeadUnits {
    guard let baselines else { return DeadUnits(evidence, images: images) }
    let totals = try BaselineFile.read(baselines)
    guard totals.nonPositiveImages.count == units.count, totals.count == images else {
      throw Failure(
        .badData, "\(baselines) is not of the units and images of its manifest",
        remedy: "see '\(calling: .check)'")
    }
    return DeadUnits(evidence, images: images, imagesWithout: totals.nonPositiveImages)
  }

  /// Returns the sampled images of a column, by row: a uniform sample of all images, the same for every unit.
  /// Where extremes are kept, the sample represents the images between the ends. `nil` for a matrix, which
  /// has all images.
  ///
  /// - Throws: ``Failure`` when the file cannot be read or does not match the manifest.
  /// - Precondition: The column is among those of ``units``.
  package func sample(ofColumn column: Int) throws -> [RankedImage]? {
    precondition(units.indices.contains(column), "no column \(column)")
    guard let extremes = try extremes() else { return nil }
    return zip(extremes.sampleRows, extremes.sample(ofUnit: column)).compactMap { row, value in
      value.isNaN ? nil : RankedImage(row: row - firstRow, value: value)
    }
  }

  /// Returns the values of one unit for all rows.
  ///
  /// - Throws: As ``forEachColumn(in:memory:_:)``.
  package func values(ofColumn column: Int) throws -> [Float] {
    precondition(units.indices.contains(column), "no column \(column)")
    let matrix = try matrix()
    return [Float](unsafeUninitializedCapacity: rows) { values, count in
      matrix.transpose(column..<column + 1, into: values)
      count = rows
    }
  }

  private func matrix() throws(Failure) -> RecordedMatrix {
    try checkIsReduced()
    guard storage == .matrix else {
      throw Failure(
        .badData,
        "\(file) has the extremes of each unit (\(.keep, "extremes")), not its value for every image",
        remedy: "record with \(.keep, "all")"
      )
    }
    return try RecordedMatrix(file, array)
  }

  private func checkIsReduced() throws(Failure) {
    guard array.shape.count == 2 else {
      throw Failure(
        .badData,
        "\(file) holds every position (\(.reduce, "none")), not a value for each unit and image",
        remedy: "record with \(.reduce, "mean") or max"
      )
    }
  }

  /// Opens the file of extremes; `nil` for a matrix.
  private func extremes() throws(Failure) -> RecordedExtremes? {
    guard case .extremes(let limit) = storage else { return nil }
    return try RecordedExtremes(file, units: units.count, limit: limit, rows: firstRow..<firstRow + rows)
  }

  private func image(_ key: UInt64) -> RankedImage {
    RankedImage(row: RankKey.row(key) - firstRow, value: RankKey.value(key))
  }
}
