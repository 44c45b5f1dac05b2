import Foundation
import TestSupport
import Testing

@testable import Atlas
@testable import Statistics

/// Tests of a unit's digest, against NumPy and against the definitions.
struct UnitTests {
  private struct Fixture: Decodable {
    struct Case: Decodable {
      let kind: String
      let values: [Double]
      let low: [Int]
      let high: [Int]
      let stops: [Double]
      let histogram: [UInt32]
      let nonPositive: Int
    }
    let cases: [Case]
  }

  @Test("order, percentiles, histogram and sparsity equal NumPy's")
  func numpy() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/atlas/units.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let cases = try decoder.decode(Fixture.self, from: Data(contentsOf: url)).cases
    #expect(cases.count == 35)
    for test in cases {
      let values = test.values.map(Float.init)
      let what: Comment = "\(test.kind), \(values.count)"
      let unit = Self.digest(values)
      #expect(unit.low.map(\.row) == test.low, what)
      #expect(unit.high.map(\.row) == test.high, what)
      #expect(unit.low.allSatisfy { $0.value == values[$0.row] }, what)
      #expect(unit.high.allSatisfy { $0.value == values[$0.row] }, what)
      #expect(unit.stops.map { $0?.value } == test.stops.map { Float($0) }, what)
      #expect(unit.stops.allSatisfy { $0.map { $0.value == values[$0.row] } ?? false }, what)
      #expect(unit.histogram == test.histogram, what)
      #expect(unit.statistics.nonPositive == test.nonPositive, what)
      #expect(unit.statistics.isNeverPositive == values.allSatisfy { $0 <= 0 }, what)
    }
  }

  @Test("activations that are not finite have no histogram, and a unit with only NaN shows nothing")
  func notFinite() {
    let none = Self.digest([.nan, .nan])
    #expect(none.low.isEmpty && none.high.isEmpty && none.stops.allSatisfy { $0 == nil })
    #expect(!none.statistics.isNeverPositive && !none.statistics.isConstant)
    #expect(none.histogram.allSatisfy { $0 == 0 })
    let infinite = Self.digest([-.infinity, 0, .infinity])
    #expect(infinite.statistics.minimum == -.infinity && infinite.histogram.allSatisfy { $0 == 0 })
    #expect(infinite.high.map(\.row) == [2, 1, 0])
    let some = Self.digest([1, .nan, -1])
    #expect(some.low.map(\.row) == [2, 0] && some.high.map(\.row) == [0, 2])
    #expect(Self.digest([]).stops.count == Percentiles.stops.count)
  }

  @Test("if only the ends are known, they are exact and a sample represents the images between them")
  func sampled() {
    func image(_ rank: Int) -> RankedImage { RankedImage(row: 1000 - rank, value: Float(rank)) }
    let ranking = UnitRanking(count: 1000, low: (0..<20).map(image), high: (980..<1000).map(image))
    let sample = stride(from: 5, to: 1000, by: 10).map(image).shuffled()
    let statistics = UnitStatistics(
      count: 1000, minimum: 0, maximum: 999, mean: 499.5, variance: 1, nonPositive: 1)
    let unit = UnitDigest(
      channel: 0, statistics: statistics, isDead: false, ranking: ranking, sample: sample)
    #expect(unit.low.map(\.value) == (0..<9).map(Float.init))
    #expect(unit.high.map(\.value) == (991..<1000).reversed().map { Float($0) })
    for (stop, found) in zip(Percentiles.stops, unit.stops) {
      let exact = Float(Percentiles.rank(of: stop, among: 1000))
      let isKnown = exact < 20 || exact >= 980
      #expect(isKnown ? found?.value == exact : abs((found?.value ?? .nan) - exact) <= 10, "\(stop)")
      #expect(found?.row == found.map { 1000 - Int($0.value) })
    }
    #expect(unit.histogram.reduce(0, +) == 100 && unit.histogram.allSatisfy { (2...3).contains($0) })
    let blind = UnitDigest(
      channel: 0, statistics: statistics, isDead: false, ranking: ranking, sample: [])
    #expect(blind.stops[0]?.value == 0 && blind.stops[11] == nil && blind.stops.last??.value == 999)
  }

  @Test("blocks that are done in any order complete each layer once")
  func assembly() {
    let blocks = UnitBlock.blocks([5, 0, 3], ofAtMost: 2)
    #expect(blocks.map(\.units) == [0..<2, 2..<4, 4..<5, 0..<2, 2..<3])
    let assembly = LayerAssembly([5, 0, 3])
    var whole: [Int: [Int]] = [:]
    for block in [blocks[4], blocks[2], blocks[0], blocks[3], blocks[1]] {
      let units = block.units.map { Self.digest([1], channel: $0) }
      if let all = assembly.add(units, of: block) {
        #expect(whole[block.layer] == nil)
        whole[block.layer] = all.map(\.channel)
      }
    }
    #expect(whole == [0: [0, 1, 2, 3, 4], 2: [0, 1, 2]])
  }

  static func digest(_ values: [Float], channel: Int = 0) -> UnitDigest {
    var ranker = ImageRanker()
    return UnitDigest(
      channel: channel, statistics: UnitStatistics(of: values.span), isDead: nil,
      ranking: ranker.rank(values.span), sample: [])
  }

  @Test("a set of rows counts, lists and forms runs like a plain set")
  func rowSet() {
    var random = SplitMix(seed: 3)
    for count in [1, 63, 64, 65, 1000] {
      var set = RowSet(count: count)
      var other = RowSet(count: count)
      var plain: Set<Int> = []
      for index in 0..<count {
        let row = Int.random(in: 0..<count, using: &random)
        if index % 2 == 0 { set.insert(row) } else { other.insert(row) }
        plain.insert(row)
      }
      set.formUnion(other)
      #expect(set.count == plain.count && set.rows == plain.sorted())
      #expect((0..<count).allSatisfy { set.contains($0) == plain.contains($0) })
      let ranges = set.ranges
      #expect(ranges.flatMap { Array($0[0]...$0[1]) } == plain.sorted())
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0[1] + 1 < $1[0] })
    }
  }
}
