import ArgumentParser
import Foundation
import Models
import Recording

/// `bench`: how fast a network runs here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how many images a second a network takes, without reading any.",
    discussion: """
      Every thread runs batches of one generated input, which touches no file. The median of several runs counts; the \
      machine's peaks are measured right after, on as many threads.
      """)

  @OptionGroup var network: ModelOptions

  @OptionGroup var work: WorkOptions

  @Option(help: "What every run records: none, or relevant.")
  var taps = Benchmark.Taps.none

  @Option(help: "Seconds of measurement.")
  var seconds = 10.0

  @Option(help: "The runs it is divided into.")
  var runs = 5

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard seconds > 0, seconds <= 86400 else { throw ValidationError("--seconds has to be positive") }
    guard (1...1000).contains(runs) else { throw ValidationError("--runs has to be from 1 to 1000") }
  }

  func run() throws {
    let model = try network.resolvedModel()
    var benchmark = Benchmark(model, weights: try network.resolvedWeights(for: model))
    benchmark.options = try network.arithmetic.planOptions()
    (benchmark.batchSize, benchmark.threads) = (work.batchSize, work.resolvedThreads)
    (benchmark.taps, benchmark.seconds, benchmark.runs) = (taps, seconds, runs)
    let summary = try withProgress(of: "runs") { try benchmark.run(progress: $0) }
    if json { return try Console.result(json: summary) }
    let rate = summary.imagesPerSecond
    Console.table(
      ["\(summary.model), \(summary.precision)", "\(summary.tier)"],
      [
        ["threads × batch", "\(summary.threads) × \(summary.batchSize)"],
        ["recorded", summary.taps.rawValue],
        ["images/s, median", String(format: "%.2f", rate.median)],
        ["images/s, best and worst", String(format: "%.2f, %.2f", rate.best, rate.worst)],
        ["GFLOP/s", String(format: "%.1f", summary.gflops)],
        ["peak GFLOP/s in registers", String(format: "%.1f", summary.peak.fmaGflops)],
        ["share of the peak", String(format: "%.1f %%", 100 * summary.fractionOfPeak)],
        ["memory GB/s", String(format: "%.1f", summary.peak.bandwidthGbs)],
        ["peak memory", summary.peakResidentBytes.asBytes],
      ], right: [1])
  }
}
