import Layers
import Machine
import Synchronization

extension Benchmark {
  /// The measured peaks of the machine, on the same number of threads.
  package struct Peak: Sendable, Codable {
    /// Billions of floating-point operations per second, for multiply-adds in registers.
    package var fmaGflops: Double
    /// Billions of floating-point operations per second, for the matrix unit's products of bfloat16; `nil`
    /// for a tier that does not use a matrix unit.
    package var amxGflops: Double?
    /// Billions of bytes per second, to and from memory.
    package var bandwidthGbs: Double

    /// Returns the peak of a precision. fp32 uses six products of bfloat16 where they are faster than
    /// multiply-adds; bf16x3 uses three.
    func gflops(in precision: Precision) -> Double {
      guard let amxGflops else { return fmaGflops }
      switch precision {
      case .fp32: return max(fmaGflops, amxGflops / 6)
      case .bf16x3: return amxGflops / 3
      case .bf16: return amxGflops
      }
    }

    /// Encodes every field, with `null` if there is no matrix unit.
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(fmaGflops, forKey: .fmaGflops)
      try container.encode(amxGflops, forKey: .amxGflops)
      try container.encode(bandwidthGbs, forKey: .bandwidthGbs)
    }
  }
}

extension Benchmark.Peak {
  /// Measures the peaks, for about a second.
  init(tier: Tier, threads: Int) throws {
    let elements = 8 << 20  // 96 MiB of three arrays per thread: more than a last-level cache
    let best = Mutex(Rates())
    for _ in 0..<5 {
      let rates = Mutex(Rates())
      let barrier = Barrier(threads)
      try withWorkers(threads) { _ throws(Failure) in
        let triad = MachinePeak.Triad(count: elements)
        _ = MachinePeak.multiplyAdd(iterations: 1 << 16, tier: tier)
        barrier.wait()
        var start = Clock.seconds
        let operations = MachinePeak.multiplyAdd(iterations: 1 << 22, tier: tier)
        let fma = operations / max(Clock.seconds - start, 1e-9)
        barrier.wait()
        start = Clock.seconds
        let products = MachinePeak.matrixMultiplyAdd(iterations: 1 << 20, tier: tier)
        let amx = (products ?? 0) / max(Clock.seconds - start, 1e-9)
        barrier.wait()
        start = Clock.seconds
        let bytes = triad.run()
        let bandwidth = bytes / max(Clock.seconds - start, 1e-9)
        rates.withLock {
          $0 = Rates(fma: $0.fma + fma, amx: $0.amx + amx, bandwidth: $0.bandwidth + bandwidth)
        }
      }
      let measured = rates.withLock { $0 }
      best.withLock {
        $0 = Rates(
          fma: max($0.fma, measured.fma), amx: max($0.amx, measured.amx),
          bandwidth: max($0.bandwidth, measured.bandwidth))
      }
    }
    let peak = best.withLock { $0 }
    self.init(
      fmaGflops: peak.fma * 1e-9, amxGflops: peak.amx > 0 ? peak.amx * 1e-9 : nil,
      bandwidthGbs: peak.bandwidth * 1e-9)
  }

  /// Operations and bytes per second, summed over all threads.
  private struct Rates {
    var fma = 0.0
    var amx = 0.0
    var bandwidth = 0.0
  }
}
