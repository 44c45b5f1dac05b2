import Tensor

/// The activations of one layer in the sampled rows.
struct SampledValues: Sendable {
  /// The rows, ascending.
  var rows: [Int]
  /// Units × rows.
  var values: [Float]
}

extension LayerExtremes {
  /// The bytes of a layer's file, within a few.
  static func fileBytes(units: Int, limit: Int, sample: Int) -> Int {
    let perUnit = 2 * limit * 12 + 6 * 8 + ExactMoments.limbs * 8 + sample * 4
    return units * perUnit + sample * 8 + 14 * 256
  }

  /// Writes the layer's file: `low_values`, `high_values` and the rest of the format's keys.
  ///
  /// - Throws: ``RecordingError``, `cannotCreate` or `writeFailed`.
  /// - Precondition: Nobody else changes this object meanwhile.
  func write(to path: String, sample: SampledValues) throws(RecordingError) {
    var file = NPZFile(
      capacity: Self.fileBytes(units: units, limit: limit, sample: sample.rows.count))
    addEnds(to: &file)
    addMoments(to: &file)
    let rows = sample.rows.count
    file.add("sample_rows", sample.rows.map(Int64.init), as: .int64, shape: [rows])
    file.add("sample_values", sample.values, as: .float32, shape: [units, rows])
    try file.write(to: path)
  }

  private func addEnds(to file: inout NPZFile) {
    for (name, isLow) in [("low", true), ("high", false)] {
      var values: [Float] = []
      var rows: [Int64] = []
      values.reserveCapacity(units * limit)
      rows.reserveCapacity(units * limit)
      for index in 0..<units {
        let ends = unit(index).ends()
        let keys = isLow ? ends.low : ends.high
        for key in keys {
          values.append(RankKey.value(key))
          rows.append(Int64(RankKey.row(key)))
        }
        // Fewer images than the file has room for.
        values.append(contentsOf: repeatElement(.nan, count: limit - keys.count))
        rows.append(contentsOf: repeatElement(-1, count: limit - keys.count))
      }
      file.add("\(name)_values", values, as: .float32, shape: [units, limit])
      file.add("\(name)_rows", rows, as: .int64, shape: [units, limit])
    }
  }

  private func addMoments(to file: inout NPZFile) {
    let statistics = (0..<units).map(statistics(ofUnit:))
    for (name, values) in [
      ("minimum", statistics.map(\.minimum)), ("maximum", statistics.map(\.maximum)),
      ("mean", statistics.map(\.mean)), ("variance", statistics.map(\.variance)),
    ] {
      file.add(name, values, as: .float64, shape: [units])
    }
    file.add("non_positive", statistics.map { Int64($0.nonPositive) }, as: .int64, shape: [units])
    file.add("count", statistics.map { Int64($0.count) }, as: .int64, shape: [units])
    let limbs = (0..<units).map { ExactMoments.limbs(unit($0).digits) }
    file.add("sum", limbs.flatMap(\.sum), as: .uint64, shape: [units, ExactMoments.sumLimbs])
    file.add(
      "sum_of_squares", limbs.flatMap(\.squares), as: .uint64, shape: [units, ExactMoments.squareLimbs])
  }
}

extension ExactMoments {
  /// The numbers of 64 bits that hold a sum, and a sum of squares, in files: two's complement, the lowest first.
  static let sumLimbs = 5, squareLimbs = 10
  /// Both.
  static let limbs = sumLimbs + squareLimbs

  /// What files hold of normalised digits.
  static func limbs(_ digits: UnsafePointer<Int64>) -> (sum: [UInt64], squares: [UInt64]) {
    func pair(_ place: Int) -> UInt64 {
      UInt64(bitPattern: digits[place]) | UInt64(bitPattern: digits[place + 1]) << 32
    }
    // The last digits have more than 32 bits: of the sum all 64, of the squares' some go into a number of their own.
    let sum = (0..<4).map { pair(2 * $0) } + [UInt64(bitPattern: digits[8])]
    let last = digits[sumDigits + squareDigits - 1]
    return (sum, (0..<9).map { pair(sumDigits + 2 * $0) } + [UInt64(bitPattern: last >> 32)])
  }

  /// The digits of what a file holds.
  static func digits(sum: [UInt64], squares: [UInt64]) -> [Int64] {
    func halves(_ limb: UInt64) -> [Int64] { [Int64(limb & 0xFFFF_FFFF), Int64(limb >> 32)] }
    var digits = sum[..<4].flatMap(halves) + [Int64(bitPattern: sum[4])]
    digits += squares[..<9].flatMap(halves)
    digits[sumDigits + squareDigits - 1] |= Int64(bitPattern: squares[9] << 32)
    return digits
  }
}
