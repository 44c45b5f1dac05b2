import ArgumentParser
import Assessment
import Foundation
import Inference
import Layers
import Machine

/// `bench`: the speed of a network on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how many images a second a network takes, without reading any.",
    discussion: """
      Every thread runs batches of one generated input, which touches no file. The median of several runs counts; the \
      machine's peaks are measured right after, on as many threads. --layers times every layer too, as fused, while \
      all threads run: its part of an image's time, and the share of the roofline it reaches, which is what those \
      peaks allow a layer of its arithmetic and memory traffic.
      """)

  @OptionGroup var network: ModelOptions

  @OptionGroup var work: WorkOptions

  @Option(help: "What every run records: none, or relevant.")
  var taps = Benchmark.Taps.none

  @Flag(help: "One image at a time, every layer of it on all threads: the shortest time for one image.")
  var latency = false

  @Flag(help: "Time every layer, for as many seconds more.")
  var layers = false

  @Flag(help: "Print what would run, step by step, and do nothing else.")
  var explain = false

  @Option(help: "Seconds of measurement.")
  var seconds = 10.0

  @Option(help: "The runs it is divided into.")
  var runs = 5

  @OptionGroup var results: ReportOptions

  func validate() throws {
    guard seconds > 0, seconds <= 86400 else { throw ValidationError("--seconds has to be positive") }
    guard (1...1000).contains(runs) else { throw ValidationError("--runs has to be from 1 to 1000") }
    if explain && results.json { throw ValidationError("--explain prints text; leave out --json") }
  }

  func run() throws {
    let identity = try network.identifiedWeights()
    var benchmark = Benchmark(identity.model, weights: identity.weights)
    benchmark.identity = identity
    benchmark.options = try network.arithmetic.planOptions()
    (benchmark.batchSize, benchmark.threads) = (work.batchSize, work.resolvedThreads)
    (benchmark.taps, benchmark.seconds, benchmark.runs) = (taps, seconds, runs)
    (benchmark.timesLayers, benchmark.latency) = (layers, latency)
    if latency { benchmark.batchSize = 1 }
    if explain { return Console.result(try benchmark.explanation()) }
    let summary = try withProgress(of: "runs") { try benchmark.run(progress: $0) }
    try results.print(summary) {
      report(summary)
      if let layers = summary.layers { report(layers, summary) }
    }
  }

  private func report(_ summary: Benchmark.Summary) {
    let rate = summary.imagesPerSecond
    var rows = [
      ["threads × batch", "\(summary.threads) × \(summary.batchSize)"],
      ["recorded", summary.taps.rawValue],
      ["images/s, median", String(format: "%.2f", rate.median)],
      ["images/s, best and worst", String(format: "%.2f, %.2f", rate.best, rate.worst)],
    ]
    if let latency = summary.latencyMs {
      rows.append(["ms for one image", String(format: "%.2f", latency)])
    }
    rows += [
      ["GFLOP/s", String(format: "%.1f", summary.gflops)],
      ["peak GFLOP/s in registers", String(format: "%.1f", summary.peak.fmaGflops)],
    ]
    if MachinePeak.amxState == "no permission" {
      rows.append(["AMX", "the system refuses it"])
    }
    if let amx = summary.peak.amxGflops {
      rows.append(["peak GFLOP/s of bfloat16 tiles", String(format: "%.1f", amx)])
    }
    if let cost = summary.recordingCost {
      rows.append(["added by recording", String(format: "%.1f %%", 100 * cost)])
    }
    rows += [
      ["share of the peak", String(format: "%.1f %%", 100 * summary.fractionOfPeak)],
      ["memory GB/s", String(format: "%.1f", summary.peak.bandwidthGbs)],
      ["peak memory", summary.peakResidentBytes.asBytes],
    ]
    Console.table(["\(summary.model), \(summary.precision)", "\(summary.tier)"], rows, right: [1])
  }

  /// Prints every layer in the order of execution, then the time of each kind of layer.
  private func report(_ layers: [Benchmark.Layer], _ summary: Benchmark.Summary) {
    let total = layers.reduce(0) { $0 + $1.ms }
    func figures(_ ms: Double, _ gflops: Double, _ gbs: Double, _ roofline: Double) -> [String] {
      [
        String(format: "%.3f", ms), String(format: "%.1f %%", 100 * ms / max(total, 1e-12)),
        gflops > 0 ? String(format: "%.1f", gflops) : "–", String(format: "%.1f", gbs),
        String(format: "%.0f %%", 100 * roofline),
      ]
    }
    let columns = ["ms", "time", "GFLOP/s", "GB/s", "of roofline"]
    Console.result("")
    Console.table(
      ["layer", "shape", "kernel"] + columns,
      layers.map { layer in
        [layer.name, layer.shape.map(String.init).joined(separator: "×"), layer.kernel]
          + figures(layer.ms, layer.gflops, layer.gbs, layer.fractionOfRoofline)
      }, right: [3, 4, 5, 6, 7])
    Console.result("")
    let kinds = Dictionary(grouping: layers, by: \.kind).map { kind, members in
      let ms = members.reduce(0) { $0 + $1.ms }
      func weighted(_ value: (Benchmark.Layer) -> Double) -> Double {
        members.reduce(0) { $0 + value($1) * $1.ms } / max(ms, 1e-12)
      }
      return (kind, members.count, ms, weighted(\.gflops), weighted(\.gbs), weighted(\.fractionOfRoofline))
    }.sorted { $0.2 > $1.2 }
    Console.table(
      ["kind", "layers"] + columns,
      kinds.map { [$0.0, "\($0.1)"] + figures($0.2, $0.3, $0.4, $0.5) }, right: [1, 2, 3, 4, 5, 6])
    Console.result(
      String(
        format: "%d layers take %.2f ms an image, %.1f %% of the time of the runs they were timed in",
        layers.count, total, 100 * (summary.layerCoverage ?? 0)))
  }
}
