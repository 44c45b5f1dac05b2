import Foundation
package import Inference
package import Layers
package import Machine
package import Models
import Statistics
import Synchronization
import Tensor

/// How fast a network runs on this machine: no files, seeded inputs.
package struct Benchmark: Sendable {
  /// What every run records.
  package enum Taps: String, Sendable, CaseIterable, Codable {
    /// Nothing: the plain forward pass.
    case none
    /// The means of all relevant layers.
    case relevant
  }

  /// The network.
  package var model: Model
  /// Its weights.
  package var weights: Weights
  /// The same weights, where they have been looked at.
  package var identity: WeightsIdentity?
  /// The images a thread takes through the network together.
  package var batchSize = 8
  /// The threads, each with a workspace of its own.
  package var threads = ProcessorCount.available
  /// Kernels and arithmetic.
  package var options = Plan.Options()
  /// What every run records.
  package var taps = Taps.none
  /// Seconds of measurement, divided among the runs.
  package var seconds = 10.0
  /// The runs whose median counts.
  package var runs = 5
  /// Whether one image at a time runs, every layer of it on all threads, instead of a batch a thread.
  package var latency = false
  /// Whether every layer is timed as well, for ``seconds`` more.
  package var timesLayers = false

  /// Creates a benchmark with the defaults.
  package init(_ model: Model, weights: Weights) { (self.model, self.weights) = (model, weights) }

  /// Images a second over several runs.
  package struct Rates: Sendable, Codable {
    /// The middle, the highest and the lowest.
    package var median: Double, best: Double, worst: Double
    /// Every run, in order.
    package var runs: [Double]

    init(_ runs: [Double]) {
      self.runs = runs
      (worst, best) = (runs.min() ?? 0, runs.max() ?? 0)
      median = runs.median
    }
  }

  /// What was measured.
  package struct Summary: Sendable, Codable {
    /// The network, its arithmetic and its kernels.
    package var model: String, precision: String, tier: String
    /// How it was run.
    package var threads: Int, batchSize: Int, taps: Taps
    /// Images a second.
    package var imagesPerSecond: Rates
    /// Milliseconds from the start of one image to its end, every layer on all threads; only where that was asked for.
    package var latencyMs: Double?
    /// Billions of floating-point operations a second at the median, two for each multiply-add.
    package var gflops: Double
    /// The machine's limits.
    package var peak: Peak
    /// ``gflops`` over the peak of the arithmetic.
    package var fractionOfPeak: Double
    /// What recording adds to the time of a batch, as a share of it: the median over pairs of batches, one that records
    /// and one that does not, each run right after the other. Only where something is recorded.
    package var recordingCost: Double?
    /// The most memory the process held.
    package var peakResidentBytes: Int
    /// Every layer in the order of execution, if they were timed.
    package var layers: [Layer]?
    /// The part of the time of a whole run that the layers' own times add up to, if they were timed.
    package var layerCoverage: Double?
  }

  /// Runs the benchmark, or as many of its runs as there are before `progress` is cancelled.
  ///
  /// - Throws: What loading the weights throws.
  package func run(progress: RunProgress = RunProgress()) throws -> Summary {
    guard batchSize > 0, threads > 0, runs > 0, seconds > 0 else {
      throw Failure(.usage, "batch size, threads and seconds have to be positive")
    }
    guard !latency || batchSize == 1 else {
      throw Failure(.usage, "latency is that of one image at a time: the batch size has to be 1")
    }
    let network = try network()
    let result = Rates(try measure(network, progress))
    let cost = taps == .none || progress.isStopping ? nil : try recordingCost(network, progress)
    let steps = timesLayers && !progress.isStopping ? try timeSteps(network, progress) : nil
    let resident = Clock.peakResidentBytes  // before the peaks allocate
    let peak = try Peak(tier: options.tier, threads: threads)
    let roof = peak.gflops(in: options.precision)
    let gflops = 2e-9 * Double(try model.graph().multiplyAdds) * result.median
    let layers = steps?.layers(of: network.plan, precision: options.precision, peak: peak)
    return Summary(
      model: model.identifier, precision: options.precision.rawValue, tier: options.tier.name,
      threads: threads, batchSize: batchSize, taps: taps, imagesPerSecond: result,
      latencyMs: latency ? 1e3 / max(result.median, 1e-9) : nil, gflops: gflops, peak: peak,
      fractionOfPeak: roof > 0 ? gflops / roof : 0, recordingCost: cost,
      peakResidentBytes: resident, layers: layers,
      layerCoverage: steps.flatMap { steps in
        layers.map { $0.reduce(0) { $0 + $1.ms } / (1e3 * max(steps.total, 1e-12)) }
      })
  }

  /// What would run, step by step.
  ///
  /// - Throws: What loading the weights throws.
  package func explanation() throws -> String { try network().plan.description }

  private func network() throws -> Network { try network(recording: taps == .relevant) }

  private func network(recording: Bool) throws -> Network {
    try Network(
      identity ?? WeightsIdentity(model, weights), recording: recording ? model.relevantLayers : [],
      options: options)
  }

  /// Times batches that record against batches that do not, in turns on every thread: whatever else the machine does
  /// meets both alike.
  private func recordingCost(_ recording: Network, _ progress: RunProgress) throws -> Double {
    let plain = try network(recording: false)
    let ratios = Mutex<[Double]>([])
    let barrier = Barrier(workers)
    let (batchSize, seconds) = (batchSize, seconds)
    try withWorkers(workers) { _ throws(Failure) in
      let workspaces = [try makeWorkspace(for: plain), try makeWorkspace(for: recording)]
      barrier.wait()
      let start = Clock.seconds
      var found: [Double] = []
      repeat {
        // Either goes first in every other pair.
        let first = found.count % 2
        let begin = Clock.seconds
        workspaces[first].run(images: batchSize)
        let middle = Clock.seconds
        workspaces[1 - first].run(images: batchSize)
        let times = [middle - begin, Clock.seconds - middle]
        found.append(times[1 - first] / max(times[first], 1e-12))
      } while Clock.seconds - start < seconds && !progress.isStopping
      ratios.withLock { [found] in $0 += found }
    }
    return ratios.withLock { $0.median } - 1
  }

  /// The threads that run images of their own.
  var workers: Int { latency ? 1 : threads }

  /// A workspace full of a generated input, that has run once: the first run touches memory and wakes the clock up.
  ///
  /// - Throws: ``Failure`` of kind `usage` when the system refuses a thread.
  func makeWorkspace(for network: Network) throws(Failure) -> Workspace {
    let team = latency ? ThreadTeam(count: threads) : nil
    if latency && team == nil { throw .refusedThreads(of: threads) }
    let workspace = Workspace(for: network.plan, batchSize: batchSize, team: team)
    let input = SeededInput.tensor(seed: 2, shape: Shape([1] + model.inputShape.extents))
      .reshaped(to: model.inputShape)
    for place in 0..<batchSize { workspace.setInput(of: place, input) }
    workspace.run(images: batchSize)
    return workspace
  }

  /// Images a second of each run, all threads together.
  private func measure(_ network: Network, _ progress: RunProgress) throws -> [Double] {
    let duration = seconds / Double(runs)
    let (batchSize, runs) = (batchSize, runs)
    let totals = Mutex([Double](repeating: 0, count: runs))
    let barrier = Barrier(workers)
    progress.begin(total: runs)
    try withWorkers(workers) { worker throws(Failure) in
      let workspace = try makeWorkspace(for: network)
      for run in 0..<runs {
        barrier.wait()
        let start = Clock.seconds
        var (images, elapsed) = (0, 0.0)
        while elapsed < duration && !progress.isStopping {
          workspace.run(images: batchSize)
          images += batchSize
          elapsed = Clock.seconds - start
        }
        totals.withLock { $0[run] += Double(images) / max(elapsed, 1e-9) }
        if worker == 0 { progress.note(done: 1) }
      }
    }
    return totals.withLock { $0.filter { $0 > 0 } }
  }
}
