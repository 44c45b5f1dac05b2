package import Machine
package import Statistics

/// One layer of a dump.
package struct RecordedLayer: Sendable {
  /// How its values are kept.
  package enum Storage: Sendable, Hashable {
    /// Every value.
    case matrix
    /// Of each unit so many images from each end, at most, moments and counts of all, and a sample.
    case extremes(Int)
  }

  /// PyTorch's name.
  package let name: String
  /// The study's name.
  package let studyName: String
  /// The unit of each column.
  package let units: [Int]
  /// The rows: images, the skipped ones included.
  package let rows: Int
  /// How its values are kept.
  package let storage: Storage
  /// What a value is: `mean`, `max`, `token0`.
  package let reduction: String

  let file: String
  private let array: Manifest.Array
  private let evidence: DeadUnits.Evidence
  /// The images that were read.
  private let images: Int
  /// The file of its baselines, where they were measured.
  private let baselines: String?
  /// The row of the table of images that is row 0 here: those before it are in other shards.
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

  /// The column of a unit, `nil` when it was not recorded.
  package func column(ofUnit channel: Int) -> Int? {
    units.indices.contains(channel) && units[channel] == channel ? channel : units.firstIndex(of: channel)
  }

  /// Calls `body` with each of some columns: the value of one unit for every row, NaN in the rows of skipped images.
  ///
  /// The file has one image's values together, unless it was written unit-major, so columns are read side by side, as many
  /// at a time as fit `memory` bytes; ask for many at once.
  ///
  /// - Throws: ``Failure`` when the file cannot be read, is not what the manifest says, holds more than a value a
  ///   unit or only extremes; and what `body` throws.
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

  /// Calls `body` with the ranking of each of some columns: every rank of a matrix, both ends of extremes.
  ///
  /// - Throws: As ``forEachColumn(in:memory:_:)``, but for extremes.
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

  /// The ranking of one column. Of several, ``forEachRanking(in:memory:_:)`` makes them faster.
  ///
  /// - Throws: As ``forEachRanking(in:memory:_:)``.
  package func ranking(ofColumn column: Int) throws -> UnitRanking {
    var found = UnitRanking(count: 0, low: [], high: [])
    try forEachRanking(in: column..<column + 1) { found = $1 }
    return found
  }

  /// What the units of some columns did: the same numbers, bit for bit, from a matrix and from extremes.
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

  /// Tells which units are dead, as far as the dump knows.
  ///
  /// - Throws: ``Failure`` when the file of the baselines cannot be read or is not of this layer and these images.
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

  /// The sampled images of a column, by row: a uniform sample of all images, the same for every unit. Where extremes are
  /// kept, it says what lies between the ends; `nil` for a matrix, which has everything.
  ///
  /// - Throws: ``Failure`` when the file cannot be read or is not what the manifest says.
  /// - Precondition: The column is among those of ``units``.
  package func sample(ofColumn column: Int) throws -> [RankedImage]? {
    precondition(units.indices.contains(column), "no column \(column)")
    guard let extremes = try extremes() else { return nil }
    return zip(extremes.sampleRows, extremes.sample(ofUnit: column)).compactMap { row, value in
      value.isNaN ? nil : RankedImage(row: row - firstRow, value: value)
    }
  }

  /// The values of one unit for every row.
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

  /// The file of extremes, `nil` for a matrix.
  private func extremes() throws(Failure) -> RecordedExtremes? {
    guard case .extremes(let limit) = storage else { return nil }
    return try RecordedExtremes(file, units: units.count, limit: limit, rows: firstRow..<firstRow + rows)
  }

  private func image(_ key: UInt64) -> RankedImage {
    RankedImage(row: RankKey.row(key) - firstRow, value: RankKey.value(key))
  }
}
