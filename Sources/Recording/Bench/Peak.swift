import Layers
import Synchronization

extension Benchmark {
  /// What the machine can do at most, on as many threads.
  public struct Peak: Sendable, Codable {
    /// Billions of floating-point operations a second of multiply-adds in registers.
    public var fmaGflops: Double
    /// The same of the matrix unit's products of bfloat16; `nil` for a tier that does not use one.
    public var amxGflops: Double?
    /// Billions of bytes a second, to and from memory.
    public var bandwidthGbs: Double

    /// The most an arithmetic can reach: fp32 takes six products of bfloat16 where that is faster than multiply-adds,
    /// bf16x3 three.
    func gflops(in precision: Precision) -> Double {
      guard let amxGflops else { return fmaGflops }
      let products: [String: Double] = ["bf16": 1, "bf16x3": 3]
      return max(fmaGflops, amxGflops / products[precision.rawValue, default: 6])
    }

    /// Encodes every field, `null` where there is no matrix unit.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(fmaGflops, forKey: .fmaGflops)
      try container.encode(amxGflops, forKey: .amxGflops)
      try container.encode(bandwidthGbs, forKey: .bandwidthGbs)
    }
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
