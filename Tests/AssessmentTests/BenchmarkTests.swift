import Assessment
import Foundation
import Inference
import Layers
import Machine
import Models
import TestSupport
import Testing

struct BenchmarkTests {
  @Test("a benchmark reports consistent figures")
  func benchmark() throws {
    var benchmark = Benchmark(try Model.named("squeezenet1_1"), weights: .seeded(1))
    (benchmark.seconds, benchmark.runs, benchmark.batchSize, benchmark.threads) = (0.03, 3, 1, 2)
    benchmark.taps = .relevant
    let summary = try benchmark.run()
    let rates = summary.imagesPerSecond
    #expect(rates.runs.count == 3 && rates.worst > 0)
    #expect(rates.worst <= rates.median && rates.median <= rates.best)
    #expect(rates.runs.sorted()[1] == rates.median)
    let operations = 2e-9 * Double(try benchmark.model.graph().multiplyAdds)
    #expect(abs(summary.gflops - operations * rates.median) <= 1e-9 * summary.gflops)
    #expect(summary.peak.fmaGflops > 0 && summary.peak.bandwidthGbs > 0)
    #expect(abs(summary.fractionOfPeak - summary.gflops / summary.peak.fmaGflops) <= 1e-12)
    benchmark.seconds = 0
    #expect(throws: Failure.self) { try benchmark.run() }
  }

  @Test("the layers of a benchmark are the plan's steps, and their work is the network's", arguments: [1, 2])
  func layerBenchmark(threads: Int) throws {
    var benchmark = Benchmark(try Model.named("squeezenet1_1"), weights: .seeded(1))
    (benchmark.seconds, benchmark.runs, benchmark.batchSize, benchmark.threads) = (0.02, 1, 2, threads)
    (benchmark.taps, benchmark.timesLayers) = (.relevant, true)
    let summary = try benchmark.run()
    let layers = try #require(summary.layers)
    let network = try Network(
      benchmark.model, weights: .seeded(1), recording: benchmark.model.relevantLayers)
    let busy = network.plan.steps.indices.filter { !network.plan.isIdle($0) }
    #expect(layers.dropLast().map(\.name) == busy.map { network.plan.steps[$0].step.name })
    // Every fire module ends in a concatenation without copies, which is not a busy step.
    #expect(busy.count < network.plan.steps.count)
    #expect(summary.recordingCost.map { $0 > -1 && $0 < 10 } == true)
    // The product of GFLOP/s and milliseconds is the work, with two operations per multiply-add.
    let work = layers.reduce(0) { $0 + 0.5e6 * $1.gflops * $1.ms }
    let expected = Double(try benchmark.model.graph().multiplyAdds)
    #expect(abs(work - expected) <= 1e-6 * expected)
    for layer in layers {
      let roof = max(layer.gflops / summary.peak.fmaGflops, layer.gbs / summary.peak.bandwidthGbs)
      #expect(layer.ms > 0 && abs(layer.fractionOfRoofline - roof) <= 1e-9 * roof, "\(layer)")
    }
    #expect(try #require(summary.layerCoverage) > 0)
  }
}
