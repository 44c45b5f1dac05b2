import Formats
package import Machine
package import Statistics
import Tensor

/// The memory-mapped file of one layer, in a dump that keeps extremes.
package struct RecordedExtremes: Sendable {
  /// The maximum number of images kept at each end.
  let limit: Int
  /// The sampled rows, ascending.
  package let sampleRows: [Int]

  private let path: String
  private let rows: Range<Int>
  private let members: [String: NPZArchive.Member]

  /// Memory-maps a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - units: The number of units in the manifest.
  ///   - limit: The maximum number of images at each end, in the manifest.
  ///   - rows: The rows of the dump, as numbered in its table of images.
  /// - Throws: ``Failure``, `inputMissing` or `badData`.
  package init(_ path: String, units: Int, limit: Int, rows: Range<Int>) throws(Failure) {
    (self.path, self.limit, self.rows) = (path, limit, rows)
    let file = try MappedFile(path)
    let archive: NPZArchive
    do { archive = try NPZArchive(file.region) } catch { throw Failure(error, in: path) }
    var members: [String: NPZArchive.Member] = [:]
    let sample = archive["sample_rows"]?.header.shape.count ?? 0
    for (name, type, shape) in Self.layout(units: units, limit: limit, sample: sample) {
      guard let member = archive[name], member.header == NPYHeader(elementType: type, shape: shape) else {
        throw Failure(
          .badData,
          "\(path) has no array '\(name)' of \(type) \(shape), as its manifest promises",
          remedy: "see '\(calling: .check)'"
        )
      }
      members[name] = member
    }
    self.members = members
    let found = (0..<sample).map {
      members["sample_rows"]?.elements.integer(at: 8 * $0, as: Int64.self) ?? -1
    }
    guard zip(found, found.dropFirst()).allSatisfy({ $0 < $1 }),
      found.allSatisfy({ rows.contains(Int($0)) })
    else { throw Failure(.badData, "\(path) has a sample of rows the dump has not") }
    sampleRows = found.map { Int($0) }
  }

  private static func layout(units: Int, limit: Int, sample: Int) -> [(String, ElementType, Shape)] {
    [
      ("low_values", .float32, [units, limit]), ("high_values", .float32, [units, limit]),
      ("low_rows", .int64, [units, limit]), ("high_rows", .int64, [units, limit]),
      ("minimum", .float64, [units]), ("maximum", .float64, [units]), ("mean", .float64, [units]),
      ("variance", .float64, [units]), ("non_positive", .int64, [units]), ("count", .int64, [units]),
      ("sum", .uint64, [units, ExactMoments.sumLimbs]),
      ("sum_of_squares", .uint64, [units, ExactMoments.squareLimbs]),
      ("sample_rows", .int64, [sample]), ("sample_values", .float32, [units, sample]),
    ]
  }

  /// Returns the keys of a unit's lowest images, ascending, and of its highest, descending. Rows are numbered
  /// as in the table of images.
  ///
  /// - Throws: ``Failure`` of kind `badData` for values that no dump writes.
  package func ends(ofUnit unit: Int) throws(Failure) -> (low: [UInt64], high: [UInt64]) {
    let low = try keys("low", unit)
    let high = try keys("high", unit)
    guard zip(low, low.dropFirst()).allSatisfy({ $0 < $1 }),
      zip(high, high.dropFirst()).allSatisfy({ $0 > $1 })
    else { throw contradiction(unit) }
    return (low, high)
  }

  private func keys(_ end: String, _ unit: Int) throws(Failure) -> [UInt64] {
    var keys: [UInt64] = []
    for place in unit * limit..<unit * limit + min(count(ofUnit: unit), limit) {
      let value = Float(bitPattern: number("\(end)_values", place))
      let row = Int(truncatingIfNeeded: number("\(end)_rows", place) as Int64)
      guard !value.isNaN, rows.contains(row), row <= Int(UInt32.max) else { throw contradiction(unit) }
      keys.append(RankKey.make(value, row: UInt32(row)))
    }
    return keys
  }

  /// Returns the number of a unit's activations that were added.
  func count(ofUnit unit: Int) -> Int {
    min(max(Int(truncatingIfNeeded: number("count", unit) as Int64), 0), rows.count)
  }

  /// Returns the exact sums of a unit.
  package func digits(ofUnit unit: Int) -> [Int64] {
    func limbs(_ name: String, _ count: Int) -> [UInt64] {
      (0..<count).map { number(name, unit * count + $0) }
    }
    return ExactMoments.digits(
      sum: limbs("sum", ExactMoments.sumLimbs), squares: limbs("sum_of_squares", ExactMoments.squareLimbs))
  }

  /// Returns the statistics of a unit.
  package func statistics(ofUnit unit: Int) -> UnitStatistics {
    func double(_ name: String) -> Double { Double(bitPattern: number(name, unit)) }
    let count = count(ofUnit: unit)
    return UnitStatistics(
      count: count, minimum: double("minimum"), maximum: double("maximum"),
      mean: double("mean"),
      variance: double("variance"),
      nonPositive: min(max(Int(truncatingIfNeeded: number("non_positive", unit) as Int64), 0), count))
  }

  /// Returns the activations of a unit in the sampled rows, NaN where an image could not be read.
  package func sample(ofUnit unit: Int) -> [Float] {
    let first = unit * sampleRows.count
    return sampleRows.indices.map { Float(bitPattern: number("sample_values", first + $0)) }
  }

  private func number<I: FixedWidthInteger>(_ name: String, _ place: Int) -> I {
    members[name]?.elements.integer(at: place * MemoryLayout<I>.size, as: I.self) ?? 0
  }

  private func contradiction(_ unit: Int) -> Failure {
    Failure(
      .badData, "\(path) contradicts itself about its column \(unit)", remedy: "see '\(calling: .check)'")
  }
}
