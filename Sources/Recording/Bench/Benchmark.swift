import Foundation
public import Layers
public import Models
import Synchronization
import Tensor

/// How fast a network runs on this machine: no files, seeded inputs.
public struct Benchmark: Sendable {
  /// What every run records.
  public enum Taps: String, Sendable, CaseIterable, Codable {
    /// Nothing: the plain forward pass.
    case none
    /// The means of all relevant layers.
    case relevant
  }

  /// The network.
  public var model: Model
  /// Its weights.
  public var weights: Weights
  /// The images a thread takes through the network together.
  public var batchSize = 8
  /// The threads, each with a workspace of its own.
  public var threads = ProcessorCount.available
  /// Kernels and arithmetic.
  public var options = Plan.Options()
  /// What every run records.
  public var taps = Taps.none
  /// Seconds of measurement, divided among the runs.
  public var seconds = 10.0
  /// The runs whose median counts.
  public var runs = 5

  /// Creates a benchmark with the defaults.
  public init(_ model: Model, weights: Weights) { (self.model, self.weights) = (model, weights) }

  /// Images a second over several runs.
  public struct Rates: Sendable, Codable {
    /// The middle, the highest and the lowest.
    public var median: Double, best: Double, worst: Double
    /// Every run, in order.
    public var runs: [Double]

    init(_ runs: [Double]) {
      self.runs = runs
      let sorted = runs.sorted()
      (worst, best) = (sorted.first ?? 0, sorted.last ?? 0)
      median = sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  /// What the machine can do at most, on as many threads.
  public struct Peak: Sendable, Codable {
    /// Billions of floating-point operations a second, in registers.
    public var fmaGflops: Double
    /// Billions of bytes a second, to and from memory.
    public var bandwidthGbs: Double
  }

  /// What was measured.
  public struct Summary: Sendable, Codable {
    /// The network, its arithmetic and its kernels.
    public var model: String, precision: String, tier: String
    /// How it was run.
    public var threads: Int, batchSize: Int, taps: Taps
    /// Images a second.
    public var imagesPerSecond: Rates
    /// Billions of floating-point operations a second at the median, two for each multiply-add.
    public var gflops: Double
    /// The machine's limits.
    public var peak: Peak
    /// ``gflops`` over the peak.
    public var fractionOfPeak: Double
    /// The most memory the process held.
    public var peakResidentBytes: Int
  }

  /// Runs the benchmark, or as many of its runs as there are before `progress` is cancelled.
  ///
  /// - Throws: What loading the weights throws.
  public func run(progress: RunProgress = RunProgress()) throws -> Summary {
    guard batchSize > 0, threads > 0, runs > 0, seconds > 0 else {
      throw RecordingError(.usage, "batch size, threads and seconds have to be positive")
    }
    let network = try Network(
      model, weights: weights, recording: taps == .relevant ? model.relevantLayers : [], options: options)
    let rates = try measure(network, progress)
    let resident = Clock.peakResidentBytes  // before the peaks allocate
    let peak = try Peak(tier: options.tier, threads: threads)
    let result = Rates(rates)
    let gflops = 2e-9 * Double(try model.graph().multiplyAdds) * result.median
    return Summary(
      model: model.identifier, precision: options.precision.rawValue, tier: options.tier.name,
      threads: threads, batchSize: batchSize, taps: taps, imagesPerSecond: result, gflops: gflops, peak: peak,
      fractionOfPeak: peak.fmaGflops > 0 ? gflops / peak.fmaGflops : 0, peakResidentBytes: resident)
  }

  /// Images a second of each run, all threads together.
  private func measure(_ network: Network, _ progress: RunProgress) throws -> [Double] {
    let input = SeededInput.tensor(seed: 2, shape: Shape([1] + model.inputShape.extents))
      .reshaped(to: model.inputShape)
    let duration = seconds / Double(runs)
    let (batchSize, runs) = (batchSize, runs)
    let totals = Mutex([Double](repeating: 0, count: runs))
    let gate = Gate(threads)
    progress.begin(total: runs)
    try withWorkers(threads) { worker in
      let workspace = Workspace(for: network.plan, batchSize: batchSize)
      for place in 0..<batchSize { workspace.setInput(of: place, input) }
      // The first run touches memory and wakes the clock up; it does not count.
      workspace.run(images: batchSize)
      for run in 0..<runs {
        gate.wait()
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

extension Benchmark.Peak {
  /// Measures for about a second.
  init(tier: Tier, threads: Int) throws {
    let elements = 8 << 20  // 96 MiB of three arrays a thread: more than a last-level cache
    let best = Mutex((operations: 0.0, bytes: 0.0))
    for _ in 0..<5 {
      let rates = Mutex((operations: 0.0, bytes: 0.0))
      let gate = Gate(threads)
      try withWorkers(threads) { _ in
        let triad = MachinePeak.Triad(count: elements)
        _ = MachinePeak.multiplyAdd(iterations: 1 << 16, tier: tier)
        gate.wait()
        var start = Clock.seconds
        let operations = MachinePeak.multiplyAdd(iterations: 1 << 22, tier: tier)
        let operationRate = operations / max(Clock.seconds - start, 1e-9)
        gate.wait()
        start = Clock.seconds
        let bytes = triad.run()
        let byteRate = bytes / max(Clock.seconds - start, 1e-9)
        rates.withLock { $0 = ($0.operations + operationRate, $0.bytes + byteRate) }
      }
      let measured = rates.withLock { $0 }
      best.withLock {
        $0 = (Swift.max($0.operations, measured.operations), Swift.max($0.bytes, measured.bytes))
      }
    }
    let peak = best.withLock { $0 }
    self.init(fmaGflops: peak.operations * 1e-9, bandwidthGbs: peak.bytes * 1e-9)
  }
}

/// Lets a number of threads go on together.
private final class Gate: Sendable {
  private let condition = NSCondition()
  private let waiting = Mutex((count: 0, round: 0))
  private let threads: Int

  init(_ threads: Int) { self.threads = threads }

  func wait() {
    condition.lock()
    defer { condition.unlock() }
    let (isLast, round) = waiting.withLock { state in
      state.count += 1
      guard state.count == threads else { return (false, state.round) }
      state.count = 0
      state.round += 1
      return (true, state.round)
    }
    if isLast { return condition.broadcast() }
    while waiting.withLock({ $0.round }) == round { condition.wait() }
  }
}
