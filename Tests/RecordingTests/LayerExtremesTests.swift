import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Machine
@testable import Recording
@testable import Statistics

/// Tests that compare a layer's extremes with a sort of all values.
struct LayerExtremesTests {
  /// Returns activations with ties, dead units, zeros of both signs, infinities and rows that could not be
  /// read.
  private func matrix(_ rows: Int, _ units: Int, seed: UInt64) -> [Float] {
    var generator = SplitMix(seed: seed)
    let skipped = Set((0..<rows / 9).map { _ in Int(generator.nextUnit() * Double(rows)) })
    return (0..<rows).flatMap { row in
      (0..<units).map { unit -> Float in
        if skipped.contains(row) { return .nan }
        switch unit % 5 {
        case 0: return Float(generator.nextUnit() - 0.5)
        case 1: return Float(Int(generator.nextUnit() * 5)) - 2
        case 2: return 0
        case 3: return [0, -0.0, 1, -1, .infinity, -.infinity][Int(generator.nextUnit() * 6)]
        default: return Float(generator.nextUnit()) * 1e-20 * 1e-20
        }
      }
    }
  }

  private func column(_ unit: Int, of values: [Float], units: Int) -> [Float] {
    stride(from: unit, to: values.count, by: units).map { values[$0] }
  }

  @Test(
    "ends equal those of a sort by value and row, for any chunks in any order",
    arguments: [(1, 1), (7, 3), (40, 16), (200, 17), (513, 33)], [1, 2, 5, 200])
  func ends(_ shape: (rows: Int, units: Int), limit: Int) {
    let (rows, units) = shape
    let values = matrix(rows, units, seed: UInt64(rows + limit))
    var generator = SplitMix(seed: 1)
    var chunks: [Range<Int>] = []
    while chunks.last?.upperBound ?? 0 < rows {
      let first = chunks.last?.upperBound ?? 0
      chunks.append(first..<min(first + 1 + Int(generator.nextUnit() * 64), rows))
    }
    let layer = LayerExtremes(units: units, limit: limit)
    for chunk in chunks.shuffled(using: &generator) {
      Array(values[chunk.lowerBound * units..<chunk.upperBound * units]).withUnsafeBufferPointer {
        layer.add($0, firstRow: 1000 + chunk.lowerBound)
      }
    }
    for unit in 0..<units {
      let column = column(unit, of: values, units: units)
      let order = column.indices.filter { !column[$0].isNaN }.sorted { (column[$0], $0) < (column[$1], $1) }
      let found = layer.unit(unit)
      #expect(found.lowest.map(RankKey.row) == order.prefix(limit).map { 1000 + $0 })
      #expect(found.highest.map(RankKey.row) == order.reversed().prefix(limit).map { 1000 + $0 })
      #expect(found.lowest.map(RankKey.value) == order.prefix(limit).map { column[$0] })
      let statistics = UnitStatistics(of: column.span)
      let kept = layer.statistics(ofUnit: unit)
      #expect(
        kept == statistics || order.isEmpty || kept.mean.isNaN && statistics.mean.isNaN || kept.variance.isNaN
      )
      #expect(kept.count == order.count && kept.nonPositive == statistics.nonPositive)
      if let first = order.first { #expect(kept.minimum == Double(column[first])) }
    }
  }

  @Test("a file is read back as it was written, and its parts are absorbed into the whole")
  func files() throws {
    let folder = try TemporaryFolder()
    let (rows, units, limit) = (90, 12, 7)
    let values = matrix(rows, units, seed: 4)
    func layer(_ rows: Range<Int>) -> LayerExtremes {
      let layer = LayerExtremes(units: units, limit: limit)
      Array(values[rows.lowerBound * units..<rows.upperBound * units]).withUnsafeBufferPointer {
        layer.add($0, firstRow: rows.lowerBound)
      }
      return layer
    }
    let sample = SampledValues(rows: [3, 80]) {
      $0.flatMap { [values[3 * units + $0], values[80 * units + $0]] }
    }
    let whole = layer(0..<rows)
    try whole.write(to: folder("whole.npz"), sample: sample)
    let parts = LayerExtremes(units: units, limit: limit)
    for range in [50..<90, 0..<3, 3..<50] {
      try layer(range).write(to: folder("part.npz"), sample: SampledValues(rows: []) { _ in [] })
      let part = try RecordedExtremes(folder("part.npz"), units: units, limit: limit, rows: range)
      for unit in 0..<units {
        let ends = try part.ends(ofUnit: unit)
        let statistics = part.statistics(ofUnit: unit)
        parts.absorb(
          low: ends.low, high: ends.high, digits: part.digits(ofUnit: unit), count: statistics.count,
          nonPositive: statistics.nonPositive, intoUnit: unit)
      }
    }
    try parts.write(to: folder("parts.npz"), sample: sample)
    let bytes = try folder.files(below: ".")
    #expect(bytes["parts.npz"] == bytes["whole.npz"] && bytes["whole.npz"]?.isEmpty == false)
    let read = try RecordedExtremes(folder("whole.npz"), units: units, limit: limit, rows: 0..<rows)
    #expect(read.sampleRows == [3, 80])
    for unit in 0..<units {
      #expect(try read.ends(ofUnit: unit) == (whole.unit(unit).lowest, whole.unit(unit).highest))
      #expect(
        read.sample(ofUnit: unit).map(\.bitPattern) == [3, 80].map { values[$0 * units + unit].bitPattern })
    }
    // Values that no dump writes are refused.
    #expect(throws: Failure.self) {
      try RecordedExtremes(folder("whole.npz"), units: units, limit: limit, rows: 0..<80)
    }
    let other = try RecordedExtremes(folder("whole.npz"), units: units, limit: limit, rows: 0..<81)
    #expect(throws: Failure.self) { for unit in 0..<units { _ = try other.ends(ofUnit: unit) } }
    #expect(throws: Failure.self) {
      try RecordedExtremes(folder("whole.npz"), units: units, limit: 8, rows: 0..<rows)
    }
    try folder.write(try #require(bytes["whole.npz"]).dropLast(30), to: "cut.npz")
    #expect(throws: Failure.self) {
      try RecordedExtremes(folder("cut.npz"), units: units, limit: limit, rows: 0..<rows)
    }
  }

  @Test("a snapshot is read back as it was written, and a damaged one is not accepted")
  func snapshots() throws {
    let folder = try TemporaryFolder()
    let values = matrix(30, 5, seed: 8)
    let layer = LayerExtremes(units: 5, limit: 4)
    values.withUnsafeBufferPointer { layer.add($0, firstRow: 0) }
    let rows = RangeSet([0..<10, 20..<40])
    let bytes = layer.bytes.count
    try ExtremesSnapshot.write([layer], of: rows, to: folder("state"))
    let read = LayerExtremes(units: 5, limit: 4)
    #expect(ExtremesSnapshot.read(folder("state"), bytes: bytes, into: [read]) == rows)
    #expect(Array(read.bytes) == Array(layer.bytes))
    #expect(ExtremesSnapshot.read(folder("state"), bytes: bytes - 8).isEmpty)
    #expect(ExtremesSnapshot.read(folder("nothing"), bytes: bytes).isEmpty)
    let file = Array(try #require(try folder.files(below: ".")["state"]))
    var generator = SplitMix(seed: 2)
    for _ in 0..<50 {
      var changed = file
      changed[Int(generator.nextUnit() * Double(file.count))] ^= 1 << UInt8(generator.nextUnit() * 8)
      try folder.write(changed, to: "state")
      #expect(ExtremesSnapshot.read(folder("state"), bytes: bytes).isEmpty)
    }
  }
}
