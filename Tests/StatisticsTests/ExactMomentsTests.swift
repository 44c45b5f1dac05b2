import Foundation
import TestSupport
import Testing

@testable import Statistics
@testable import Tensor

/// A comparison of exact sums and samples of rows with Python's fractions and integers
/// (`Fixtures/moments/generate.py`).
struct ExactMomentsTests {
  private struct Fixture: Decodable {
    struct Moments: Decodable {
      let name: String
      let bits: [UInt32]
      let mean: UInt64, variance: UInt64
    }
    struct Sample: Decodable { let count: Int, total: Int, rows: [Int] }
    let moments: [Moments]
    let samples: [Sample]
  }

  private static func fixture() throws -> Fixture {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/moments/moments.json")
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
  }

  @Test("mean and variance are the doubles nearest to the exact ones")
  func nearest() throws {
    let cases = try Self.fixture().moments
    #expect(cases.count == 13)
    for test in cases {
      let found = test.bits.map { Float(bitPattern: $0) }.withUnsafeBufferPointer {
        UnitStatistics(of: $0.span)
      }
      #expect(found.mean == Double(bitPattern: test.mean), "\(test.name)")
      #expect(found.variance == Double(bitPattern: test.variance), "\(test.name)")
      #expect(found.count == test.bits.count)
    }
  }

  @Test("sums have the same digits in every order and every division into parts")
  func order() {
    var generator = SplitMix(seed: 9)
    for count in [1, 2, 31, 500] {
      var values = (0..<count).map { _ -> Float in
        Float(generator.nextUnit() - 0.5)
          * Float(sign: .plus, exponent: Int.random(in: -140...120, using: &generator), significand: 1)
      }
      func digits(_ values: ArraySlice<Float>) -> [Int64] {
        var digits = [Int64](repeating: 0, count: ExactMoments.digits)
        digits.withUnsafeMutableBufferPointer { digits in
          guard let base = digits.baseAddress else { return }
          for value in values { ExactMoments.add(value, to: base) }
          ExactMoments.normalize(base)
        }
        return digits
      }
      let whole = digits(values[...])
      values.shuffle(using: &generator)
      var parts = digits(values[..<(count / 3)])
      let rest = digits(values[(count / 3)...])
      parts.withUnsafeMutableBufferPointer { parts in
        if let base = parts.baseAddress { ExactMoments.add(rest, to: base) }
      }
      #expect(parts == whole)
      let limbs = ExactMoments.limbs(whole)
      #expect(limbs.sum.count == 5 && limbs.squares.count == 10)
      #expect(ExactMoments.digits(sum: limbs.sum, squares: limbs.squares) == whole)
    }
  }

  @Test("impossible sums from a hostile file wrap on addition")
  func nonsense() {
    var digits = ExactMoments.digits(
      sum: [UInt64](repeating: .max >> 1, count: ExactMoments.sumLimbs),
      squares: [UInt64](repeating: .max >> 1, count: ExactMoments.squareLimbs))
    let others = digits
    digits.withUnsafeMutableBufferPointer { digits in
      guard let base = digits.baseAddress else { return }
      for _ in 0..<4 { ExactMoments.add(others, to: base) }
      _ = ExactMoments.meanAndVariance(base, count: 3)
    }
    #expect(digits != others)
  }

  @Test("infinities make the mean infinite or undefined, and NaN is omitted")
  func infinities() {
    func statistics(_ values: [Float]) -> UnitStatistics {
      values.withUnsafeBufferPointer { UnitStatistics(of: $0.span) }
    }
    let one = statistics([1, .infinity, .nan])
    #expect(one.mean == .infinity && one.variance.isNaN && one.count == 2 && one.maximum == .infinity)
    #expect(statistics([-.infinity, -.infinity]).mean == -.infinity)
    #expect(statistics([-.infinity, 3, .infinity]).mean.isNaN)
    #expect(statistics([.nan]).mean.isNaN)
  }

  @Test("the sample is the rows whose hash is smallest, as Python finds them")
  func sample() throws {
    for test in try Self.fixture().samples {
      #expect(RowSample.rows(test.count, of: test.total) == test.rows)
    }
    #expect(RowSample.rows(0, of: 5).isEmpty && RowSample.rows(9, of: 3) == [0, 1, 2])
  }

  @Test("halves are the nearest, ties to even, as the compiler's library rounds")
  func halves() {
    func check(_ value: Float) {
      let expected = Float16(value)
      let bits = Half.bits(value)
      #expect(value.isNaN ? Float16(bitPattern: bits).isNaN : bits == expected.bitPattern, "\(value)")
    }
    for bits in UInt16.min...UInt16.max {
      let half = Float16(bitPattern: bits)
      #expect(half.isNaN ? Half.float(bits).isNaN : Half.float(bits) == Float(half))
      check(Float(half))
      // The values are the midpoint between this half and the next, and the adjacent floats.
      guard half.isFinite else { continue }
      let middle = (Float(half) + Float(half.nextUp.isFinite ? half.nextUp : 65504 * half.ulp)) / 2
      for value in [middle, middle.nextUp, middle.nextDown] { check(value) }
    }
    for value in [65519.996, 65520, 65520.004, 1e9, 1e-9, Float.leastNonzeroMagnitude, .infinity] as [Float] {
      check(value)
      check(-value)
    }
  }
}
