import Checkpoints
import Datasets
package import Inference
import Layers
import Machine

extension Dump {
  /// The program itself, its libraries, and the stacks and heaps of a few threads: measured, and a little more.
  static let programBytes = 48 << 20
  /// What one worker decodes an ordinary image in: the file, and the pixels before and after its first pass.
  static let decodingBytes = 24 << 20

  /// The memory the dump would take.
  package func memory(of network: Network) -> MemoryEstimate {
    let batchSize = min(request.batchSize, outline.chunkRows)
    let workspace = network.plan.workspaceBytes(batchSize: batchSize)
    return MemoryEstimate(
      weights: network.plan.packedBytes + (network.checkpoint?.fileSize ?? 0), loading: outline.weightBytes,
      workspaces: request.threads * workspace + plans.memory(threads: request.threads).totals,
      rows: outline.rowBufferBytes + outline.extremesBytes,
      images: images.byteCount + rows.count,
      decoding: request.threads * Self.decodingBytes, program: Self.programBytes)
  }

  /// Refuses an estimate that does not fit.
  ///
  /// - Parameters:
  ///   - estimate: The memory the dump would take.
  ///   - limits: The limits of this process.
  ///   - used: By limit, what the process had before it loaded anything.
  /// - Throws: ``Failure`` of kind `usage`.
  func check(
    _ estimate: MemoryEstimate, _ limits: [MemoryLimit], _ used: [Int]
  ) throws(Failure) {
    for (limit, used) in zip(limits, used) {
      let reserved = reservedAddresses(limit.measure)
      // What is already there counts the program, and more than that.
      let total =
        max(estimate.total, estimate.total - estimate.program + used) + reserved.once + reserved.ofThreads
      guard total > limit.bytes else { continue }
      let threaded = estimate.workspaces + estimate.rows + estimate.decoding + reserved.ofThreads
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

  /// Address space that is reserved and never all used, as far as a limit counts it: a stack of 8 MiB for each thread,
  /// those of loading and of the display among them, and, where addresses count, a heap of 64 MiB for each thread.
  private func reservedAddresses(_ measure: MemoryLimit.Measure) -> (once: Int, ofThreads: Int) {
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
