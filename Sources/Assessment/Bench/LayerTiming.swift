import Inference
import Layers
import Machine
import Statistics
import Synchronization
import Tensor

extension Benchmark {
  /// One layer, as fused, on all threads at once.
  package struct Layer: Sendable, Codable {
    /// The layers it stands for, joined by ` + `.
    package var name: String
    /// What it is: `convolution 3×3`, `linear`, `layer-norm`.
    package var kind: String
    /// The shape of its result for one image.
    package var shape: [Int]
    /// What ran it, with all its epilogue does.
    package var kernel: String
    /// Its part of the milliseconds an image takes, all threads at work: those of all layers add up to an image's.
    package var ms: Double
    /// Billions of floating-point operations a second, two for each multiply-add.
    package var gflops: Double
    /// Billions of bytes a second: activations read and written, weights once a batch, wherever they lie.
    package var gbs: Double
    /// The time the machine's measured roofline allows over the time taken. Above 1 where data comes from a cache, or
    /// where an algorithm does with fewer multiplications.
    package var fractionOfRoofline: Double
  }
}

/// The steps of a plan, timed while all threads run it.
struct StepTimes {
  /// Seconds an image and step, all threads together; the last entry is the taps' means.
  let secondsPerImage: [Double]
  /// Seconds an image of whole runs, measured around them.
  let total: Double
  let batchSize: Int

  /// From the laps of each thread and run: when each step ended, after the moment the run began.
  init(_ laps: [[[Double]]], batchSize: Int) {
    self.batchSize = batchSize
    /// All threads together: each makes `batchSize` images in its median time.
    func perImage(_ seconds: ([Double]) -> Double) -> Double {
      let rate = laps.reduce(0) { $0 + Double(batchSize) / max($1.map(seconds).median, 1e-9) }
      return rate > 0 ? 1 / rate : 0
    }
    let count = laps.first?.first?.count ?? 1
    secondsPerImage = (1..<max(count, 1)).map { step in perImage { $0[step] - $0[step - 1] } }
    total = perImage { ($0.last ?? 0) - ($0.first ?? 0) }
  }

  /// The layers of a plan with what they reach, steps that do nothing left out.
  func layers(of plan: Plan, precision: Precision, peak: Benchmark.Peak) -> [Benchmark.Layer] {
    let flops = 1e9 * peak.gflops(in: precision)
    let bandwidth = 1e9 * peak.bandwidthGbs
    var layers = plan.steps.indices.filter { !plan.isIdle($0) }.map { index in
      let cost = plan.cost(of: index)
      let seconds = max(secondsPerImage[index], 1e-12)
      let operations = 2 * Double(cost.multiplyAdds)
      let bytes = cost.bytes(batchSize: batchSize)
      // attained / min(peak, bandwidth × intensity), which also holds where there is no arithmetic to count.
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
  /// Times every step on all threads at once, for as long as a benchmark without layers would take.
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
