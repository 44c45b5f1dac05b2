import Checkpoints
import Datasets
import Dumps
package import Inference
import Layers
package import Machine

/// The memory a dump takes, in bytes, by what takes it.
public struct MemoryEstimate: Sendable, Hashable, Codable {
  /// The weights as kernels take them, and the file they come from, which stays mapped.
  public var weights: Int
  /// What loading takes on top of that until the weights are packed; the C library keeps it then.
  public var loading: Int
  /// What all threads compute in.
  public var workspaces: Int
  /// Rows that wait to be written, and the extremes that are kept of units.
  public var rows: Int
  /// Names and labels of the images.
  public var images: Int
  /// Files and pixels of images that are being decoded, of up to four megapixels.
  public var decoding: Int
  /// The program and its libraries.
  public var program: Int

  /// The most it takes at any one time.
  public var total: Int { program + images + weights + loading + workspaces + rows + decoding }
}

extension Dump {
  /// The program itself, its libraries, and the stacks and heaps of a few threads: measured, and a little more.
  static let programBytes = 48 << 20
  /// What one worker decodes an ordinary image in: the file, and the pixels before and after its first pass.
  static let decodingBytes = 24 << 20

  /// The memory the dump would take.
  package func memory(of network: Network) -> MemoryEstimate {
    let batchSize = min(request.batchSize, outline.chunkRows)
    let workspace = network.plan.workspaceBytes(batchSize: batchSize)
    // The totals of the dump and of every worker.
    let baselineBytes =
      request.baselines ? (request.threads + 1) * outline.units * BaselineTotals.bytesOfUnit : 0
    return MemoryEstimate(
      weights: network.plan.packedBytes + (network.checkpoint?.fileSize ?? 0), loading: outline.weightBytes,
      workspaces: request.threads * workspace + baselineBytes,
      rows: outline.rowBufferBytes + outline.extremesBytes,
      images: images.byteCount + rows.count,
      decoding: request.threads * Self.decodingBytes, program: Self.programBytes)
  }

  /// Loads the network, unless the dump would then not fit into the memory the process may use.
  ///
  /// - Throws: ``Failure`` of kind `usage` when it would not, and what loading weights throws.
  package func load(limits: [MemoryLimit] = MemoryLimit.all) throws -> Network {
    // What is there before anything is loaded.
    let used = limits.map { $0.measure == .resident ? 0 : MemoryLimit.used($0.measure) }
    // Weights are read and packed, and so are there twice: no need to begin where that does not fit.
    let least = MemoryEstimate(
      weights: outline.weightBytes, loading: outline.weightBytes, workspaces: 0,
      rows: outline.rowBufferBytes + outline.extremesBytes, images: images.byteCount, decoding: 0,
      program: Self.programBytes)
    try check(least, limits, used)
    let network = try request.network()
    try check(memory(of: network), limits, used)
    return network
  }

  private func check(
    _ estimate: MemoryEstimate, _ limits: [MemoryLimit], _ used: [Int]
  ) throws(Failure) {
    for (limit, used) in zip(limits, used) {
      let aside = aside(limit.measure)
      // What is already there counts the program, and more than that.
      let total = max(estimate.total, estimate.total - estimate.program + used) + aside.once + aside.ofThreads
      guard total > limit.bytes else { continue }
      let threaded = estimate.workspaces + estimate.rows + estimate.decoding + aside.ofThreads
      let isHelped = (request.threads > 1 || request.batchSize > 1) && threaded > estimate.total / 4
      throw Failure(
        .usage,
        "the dump would take \(total.inMegabytes) of memory, and \(limit.source) allows"
          + " \(limit.bytes.inMegabytes); "
          + (isHelped
            ? "\(threaded.inMegabytes) of it are for \(request.threads) threads with \(request.batchSize) images each:"
              + " lower \(.threads) or \(.batchSize)"
            : "allow more, or record a smaller network"))
    }
  }

  /// Addresses that are set aside and never all used, by what a limit counts: a stack of 8 MiB for each thread, those of
  /// loading and of the display among them, and, where they count, a heap of 64 MiB for each thread.
  private func aside(_ measure: MemoryLimit.Measure) -> (once: Int, ofThreads: Int) {
    // OpenBLAS waits for ever where it cannot have its buffers; with some more to load it.
    let perThread = request.options.tier.bytesPerThread
    let library = perThread > 0 ? request.threads * perThread + (64 << 20) : 0
    return switch measure {
    case .resident: (0, 0)
    case .data: (32 << 20, request.threads * (8 << 20) + library)
    case .addresses: (160 << 20, request.threads * (72 << 20) + library)
    }
  }
}

extension Int {
  /// As a round number of megabytes.
  fileprivate var inMegabytes: String { "\((self + 999_999) / 1_000_000) MB" }
}
