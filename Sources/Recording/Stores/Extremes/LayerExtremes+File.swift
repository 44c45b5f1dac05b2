import Formats
import Machine
import Statistics
import Tensor

extension LayerExtremes {
  /// Returns the size of a layer's file in bytes, accurate to a few bytes.
  static func fileBytes(units: Int, limit: Int, sample: Int) -> Int {
    let perUnit = 2 * limit * 12 + 6 * 8 + ExactMoments.limbs * 8 + sample * 4
    return units * perUnit + sample * 8 + 14 * 256
  }

  /// Returns the memory needed to write a layer's file, in bytes: a group of units as read and as written,
  /// the statistics of every unit, and the buffer with which the file is read back.
  static func writingBytes(units: Int, limit: Int, sample: Int) -> Int {
    let piece = min(pieceUnits(limit, sample), units) * max(8 * limit, 4 * sample)
    return 2 * piece + units * (4 * MemoryLayout<UnitStatistics>.stride + 3 * 8 * ExactMoments.limbs)
      + (2 << 20)
  }

  /// Returns the number of units that are written together: a megabyte of units, or one unit.
  private static func pieceUnits(_ limit: Int, _ sample: Int) -> Int {
    max((1 << 20) / max(8 * limit, 4 * sample, 1), 1)
  }

  /// Writes the layer's file: `low_values`, `high_values` and the rest of the format's keys.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`, and the errors of `sample`.
  /// - Precondition: No other thread changes this object during the call.
  func write(to path: String, sample: SampledValues) throws(Failure) {
    let file = try NPZFile(path)
    let rows = sample.rows.count
    let width = Self.pieceUnits(limit, rows)
    let pieces = Swift.stride(from: 0, to: units, by: width).map { $0..<min($0 + width, units) }
    try addEnds(to: file, pieces)
    try addMoments(to: file)
    try file.add("sample_rows", sample.rows.map(Int64.init), as: .int64, shape: [rows])
    try file.add("sample_values", as: .float32, shape: [units, rows]) { append throws(Failure) in
      for piece in pieces { try append(try sample.values(piece)) }
    }
    try file.commit()
  }

  private func addEnds(to file: NPZFile, _ pieces: [Range<Int>]) throws(Failure) {
    let shape: Shape = [units, limit]
    for (name, end) in [("low", \UnitWords.lowest), ("high", \UnitWords.highest)] {
      try file.add("\(name)_values", as: .float32, shape: shape) { append throws(Failure) in
        for piece in pieces { try append(numbers(piece, end, missing: .nan, RankKey.value)) }
      }
      try file.add("\(name)_rows", as: .int64, shape: shape) { append throws(Failure) in
        for piece in pieces { try append(numbers(piece, end, missing: -1) { Int64(RankKey.row($0)) }) }
      }
    }
  }

  /// Returns one number for each image of an end, for some units.
  private func numbers<Number>(
    _ units: Range<Int>, _ end: KeyPath<UnitWords, [UInt64]>, missing: Number, _ number: (UInt64) -> Number
  ) -> [Number] {
    var numbers: [Number] = []
    numbers.reserveCapacity(units.count * limit)
    for index in units {
      let keys = unit(index)[keyPath: end]
      for key in keys { numbers.append(number(key)) }
      // Positions without an image are filled, where there are fewer images than the file has room for.
      numbers.append(contentsOf: repeatElement(missing, count: limit - keys.count))
    }
    return numbers
  }

  private func addMoments(to file: NPZFile) throws(Failure) {
    let statistics = (0..<units).map(statistics(ofUnit:))
    for (name, values) in [
      ("minimum", statistics.map(\.minimum)), ("maximum", statistics.map(\.maximum)),
      ("mean", statistics.map(\.mean)), ("variance", statistics.map(\.variance)),
    ] {
      try file.add(name, values, as: .float64, shape: [units])
    }
    try file.add("non_positive", statistics.map { Int64($0.nonPositive) }, as: .int64, shape: [units])
    try file.add("count", statistics.map { Int64($0.count) }, as: .int64, shape: [units])
    let limbs = (0..<units).map { ExactMoments.limbs(unit($0).digits) }
    try file.add("sum", limbs.flatMap(\.sum), as: .uint64, shape: [units, ExactMoments.sumLimbs])
    try file.add(
      "sum_of_squares", limbs.flatMap(\.squares), as: .uint64, shape: [units, ExactMoments.squareLimbs])
  }
}
