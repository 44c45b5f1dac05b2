import Layers
import Machine
import Tensor
import TestSupport
import Testing

/// A precision, and a tier that supports it.
struct Arithmetic: Sendable, CustomTestStringConvertible {
  let tier: Tier
  let precision: Precision

  var testDescription: String { "\(precision) on \(tier)" }

  /// All precisions and tiers except plain float32.
  static let split = Tier.all.flatMap { tier in
    Precision.allCases.filter { tier.supports($0) && tier.name.hasPrefix("amx") }
      .map { Arithmetic(tier: tier, precision: $0) }
  }

  func plan(_ sample: Sample, _ taps: [String], _ reduction: Reduction) throws -> Plan {
    var options = Plan.Options()
    (options.tier, options.precision) = (tier, precision)
    let graph = try sample.graph()
    return try Plan(
      graph, parameters: sample.parameters(of: graph), taps: taps, reduction: reduction, options: options)
  }
}

@Suite struct PrecisionTests {
  @Test("A batch gives the same bytes as its images one by one", arguments: Sample.all, Arithmetic.split)
  func batchesAreExact(_ sample: Sample, arithmetic: Arithmetic) throws {
    let plan = try arithmetic.plan(sample, sample.graph().names, .mean)
    let together = results(plan, [1, 2, 3])
    for (image, seed) in ([1, 2, 3] as [UInt64]).enumerated() {
      #expect(
        results(plan, [seed])[0].map { $0.map(\.bitPattern) } == together[image].map { $0.map(\.bitPattern) })
    }
  }

  // The tolerance is four times the documented error of means, because single values of few channels, some of
  // them truncated by a ReLU, have larger errors. The tests of the kernels have the tight bounds.
  @Test("Every value is near the scalar reference", arguments: Sample.all, Arithmetic.split)
  func accuracy(_ sample: Sample, arithmetic: Arithmetic) throws {
    let names = try sample.graph().names
    let scalar = try #require(Tier.named("scalar"))
    let expected = results(try sample.plan(names, .none, rewrites: .reference, tier: scalar), [9])[0]
    let got = results(try arithmetic.plan(sample, names, .none), [9])[0]
    let bounds: [Precision: Double] = [.fp32: 4e-6, .bf16x3: 4e-4, .bf16: 0.32]
    let bound = try #require(bounds[arithmetic.precision])
    for (index, name) in (names + ["output"]).enumerated() {
      let difference = Difference(got[index], expected: expected[index])
      #expect(difference.relativeToRMS <= bound, "\(name): \(difference)")
    }
  }

  @Test("A precision that the kernels do not support is refused, with a remedy", arguments: Tier.available)
  func refusal(tier: Tier) throws {
    for precision in Precision.allCases where !tier.supports(precision) {
      let arithmetic = Arithmetic(tier: tier, precision: precision)
      let error = #expect(throws: PlanError.self) { try arithmetic.plan(Sample.all[0], [], .mean) }
      #expect(error == .precision(precision, tier))
      #expect(error?.description.contains("'precision fp32'") == true)
    }
    #expect(tier.supports(.fp32))
  }

  @Test("An emulation is used only when it is named")
  func emulation() {
    #expect(!Tier.best.isEmulation && Tier.available.allSatisfy { !$0.isEmulation })
    for tier in Tier.all { #expect(Tier.named(tier.name) == tier) }
    #expect((Tier.named("amx-emulated") != nil) == (Tier.named("avx512") != nil))
    #expect((Tier.named("amx") != nil) == (MachinePeak.amxState == "available"))
    for tier in Tier.all {
      let operations = MachinePeak.matrixMultiplyAdd(iterations: 10, tier: tier)
      #expect((operations ?? 0 > 0) == (tier.name == "amx"))
    }
  }
}
