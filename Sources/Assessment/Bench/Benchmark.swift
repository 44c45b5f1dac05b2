import Foundation
package import Inference
package import Layers
package import Machine
package import Models
import Statistics
import Synchronization
import Tensor

/// A benchmark of a network on this machine, with generated inputs and no image files.
package struct Benchmark: Sendable {
  /// The layers that every run records.
  package enum Taps: String, Sendable, CaseIterable, Codable {
    /// No layers: the plain forward pass.
    case none
    /// The means of all relevant layers.
    case relevant
  }

  /// The network to measure.
  package var model: Model
  /// The weights of the network.
  package var weights: Weights
  /// The same weights, if they have been examined.
  package var identity: WeightsIdentity?
  /// The number of images in a batch.
  package var batchSize = 8
  /// The number of threads, each with its own workspace.
  package var threads = ProcessorCount.available
  /// The kernels and the numeric precision.
  package var options = Plan.Options()
  /// The layers that every run records.
  package var taps = Taps.none
  /// The total time of measurement in seconds, divided among the runs.
  package var seconds = 10.0
  /// The number of runs, whose median is the result.
  package var runs = 5
  /// Whether to measure latency: one image at a time, every layer on all threads, instead of one batch per
  /// thread.
  package var latency = false
  /// Whether to time every layer as well, for ``seconds`` more.
  package var timesLayers = false

  /// Creates a benchmark with the defaults.
  package init(_ model: Model, weights: Weights) { (self.model, self.weights) = (model, weights) }

  /// Images per second over several runs.
  package struct Rates: Sendable, Codable {
    /// The median, the highest and the lowest rate.
    package var median: Double, best: Double, worst: Double
    /// The rate of every run, in order.
    package var runs: [Double]

    init(_ runs: [Double]) {
      self.runs = runs
      (worst, best) = (runs.min() ?? 0, runs.max() ?? 0)
      median = runs.median
    }
  }

  /// The results of a benchmark.
  package struct Summary: Sendable, Codable {
    /// The network, its numeric precision and its kernels.
    package var model: String, precision: String, tier: String
    /// The settings of the runs.
    package var threads: Int, batchSize: Int, taps: Taps
    /// Images per second.
    package var imagesPerSecond: Rates
    /// The latency of one image in milliseconds, with every layer on all threads; `nil` if latency was not
    /// measured.
    package var latencyMs: Double?
    /// Billions of floating-point operations per second at the median, two for each multiply-add.
    package var gflops: Double
    /// The measured peaks of the machine.
    package var peak: Peak
    /// The ratio of ``gflops`` to the machine's peak in this precision.
    package var fractionOfPeak: Double
    /// The cost of recording, as a fraction of the time of a batch. It is the median over pairs of
    /// consecutive batches, one with and one without recording. `nil` if no layers are recorded.
    package var recordingCost: Double?
    /// The largest resident memory of the process, in bytes.
    package var peakResidentBytes: Int
    /// All layers in order of execution; `nil` if they were not timed.
    package var layers: [Layer]?
    /// The sum of the layers' times as a fraction of the time of a whole run; `nil` if the layers were not
    /// timed.
    package var layerCoverage: Double?
  }

  /// Runs the benchmark, or fewer of its runs if `progress` is cancelled.
  ///
  /// - Throws: The error of loading the weights.
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
    let resident = Clock.peakResidentBytes  // read before Peak allocates memory
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

  /// Returns a description of the plan, step by step.
  ///
  /// - Throws: The error of loading the weights.
  package func explanation() throws -> String { try network().plan.description }

  private func network() throws -> Network { try network(recording: taps == .relevant) }

  private func network(recording: Bool) throws -> Network {
    try Network(
      identity ?? WeightsIdentity(model, weights), recording: recording ? model.relevantLayers : [],
      options: options)
  }

  /// Times batches with recording against batches without, alternately on every thread, so that other load on
  /// the machine affects both equally.
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
        // The order alternates from pair to pair.
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

  /// The number of threads that run separate batches.
  var workers: Int { latency ? 1 : threads }

  /// Creates a workspace with a generated input, and runs it once: the first run causes page faults and
  /// raises the clock frequency.
  ///
  /// - Throws: ``Failure`` of kind `usage` when the system refuses to create a thread.
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

  /// Returns the images per second of each run, summed over all threads.
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
