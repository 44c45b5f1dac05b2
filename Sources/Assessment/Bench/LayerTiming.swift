import Inference
import Layers
import Machine
import Statistics
import Synchronization
import Tensor

extension Benchmark {
  /// The timing of one layer, including the layers fused with it, on all threads at once.
  package struct Layer: Sendable, Codable {
    /// The names of the fused layers, joined by ` + `.
    package var name: String
    /// The kind of layer: `convolution 3×3`, `linear`, `layer-norm`.
    package var kind: String
    /// The shape of the output for one image.
    package var shape: [Int]
    /// The kernel, including its epilogue.
    package var kernel: String
    /// The layer's part of the milliseconds per image, with all threads busy. The parts of all layers add up
    /// to the time per image.
    package var ms: Double
    /// Billions of floating-point operations per second, two for each multiply-add.
    package var gflops: Double
    /// Billions of bytes per second: activations read and written, and weights read once per batch, from any
    /// cache level.
    package var gbs: Double
    /// The ratio of the time at the machine's measured roofline to the actual time. It exceeds 1 if data
    /// comes from a cache, or if an algorithm needs fewer multiplications.
    package var fractionOfRoofline: Double
  }
}

/// The times of the steps of a plan, measured while all threads run it.
struct StepTimes {
  /// Seconds per image and step, with all threads busy. The last entry is the time for the means of the taps.
  let secondsPerImage: [Double]
  /// Seconds per image of whole runs, measured around them.
  let total: Double
  let batchSize: Int

  /// Computes the times from the laps of each thread and run. A lap is the end of a step, in seconds after
  /// the start of the run.
  init(_ laps: [[[Double]]], batchSize: Int) {
    self.batchSize = batchSize
    /// Combines all threads: each processes `batchSize` images in its median time.
    func perImage(_ seconds: ([Double]) -> Double) -> Double {
      let rate = laps.reduce(0) { $0 + Double(batchSize) / max($1.map(seconds).median, 1e-9) }
      return rate > 0 ? 1 / rate : 0
    }
    let count = laps.first?.first?.count ?? 1
    secondsPerImage = (1..<max(count, 1)).map { step in perImage { $0[step] - $0[step - 1] } }
    total = perImage { ($0.last ?? 0) - ($0.first ?? 0) }
  }

  /// Returns the layers of a plan with their rates, without steps that do nothing.
  func layers(of plan: Plan, precision: Precision, peak: Benchmark.Peak) -> [Benchmark.Layer] {
    let flops = 1e9 * peak.gflops(in: precision)
    let bandwidth = 1e9 * peak.bandwidthGbs
    var layers = plan.steps.indices.filter { !plan.isIdle($0) }.map { index in
      let cost = plan.cost(of: index)
      let seconds = max(secondsPerImage[index], 1e-12)
      let operations = 2 * Double(cost.multiplyAdds)
      let bytes = cost.bytes(batchSize: batchSize)
      // The formula is attained / min(peak, bandwidth × intensity), which is also valid without arithmetic
      // operations.
      let needed = max(flops > 0 ? operations / flops : 0, bandwidth > 0 ? bytes / bandwidth : 0)
      return Benchmark.Layer(
        name: plan.steps[index].step.name, kind: plan.kind(of: index), shape: plan.shape(of: index).extents,
        kernel: plan.kernel(of: index), ms: 1e3 * seconds, gflops: 1e-9 * operations / seconds,
        gbs: 1e-9 * bytes / seconds, fractionOfRoofline: needed / seconds)
    }
    guard !plan.meanTaps.isEmpty, let seconds = secondsPerImage.last else { return layers }
    let units = plan.taps.reduce(0) { $0 + $1.shape.count }
    let bytes = Double(units * (MemoryLayout<Double>.size + MemoryLayout<Float>.size))
    layers.append(
      Benchmark.Layer(
        name: "means of the recorded layers", kind: "means", shape: [units], kernel: "sums to means",
        ms: 1e3 * seconds, gflops: 0, gbs: 1e-9 * bytes / max(seconds, 1e-12),
        fractionOfRoofline: bandwidth > 0 ? bytes / bandwidth / max(seconds, 1e-12) : 0))
    return layers
  }
}

extension Benchmark {
  /// Times every step on all threads at once, for as long as a benchmark without layers.
  func timeSteps(_ network: Network, _ progress: RunProgress) throws -> StepTimes {
    let laps = Mutex([[[Double]]](repeating: [], count: workers))
    let barrier = Barrier(workers)
    let (batchSize, duration) = (batchSize, seconds)
    try withWorkers(workers) { worker throws(Failure) in
      let workspace = try makeWorkspace(for: network)
      var runs: [[Double]] = []
      barrier.wait()
      let start = Clock.seconds
      repeat {
        var run = [Clock.seconds]
        run.reserveCapacity(network.plan.steps.count + 2)
        workspace.run(images: batchSize) { _ in run.append(Clock.seconds) }
        runs.append(run)
      } while runs[runs.count - 1][0] - start < duration && !progress.isStopping
      laps.withLock { [runs] in $0[worker] = runs }
    }
    return StepTimes(laps.withLock { $0 }, batchSize: batchSize)
  }
}
