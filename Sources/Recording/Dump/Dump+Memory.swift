import Checkpoints
import Datasets
package import Inference
import Layers
import Machine

extension Dump {
  /// The memory of the program, its libraries, and the stacks and heaps of a few threads, in bytes: measured,
  /// with a small margin.
  static let programBytes = 48 << 20
  /// The memory in which one worker decodes an ordinary image, in bytes: the file, and the pixels before and
  /// after the first resampling pass.
  static let decodingBytes = 24 << 20

  /// Estimates the memory of the dump.
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

  /// Throws if an estimate exceeds a limit.
  ///
  /// - Parameters:
  ///   - estimate: The memory of the dump.
  ///   - limits: The limits of this process.
  ///   - used: By limit, the memory that the process used before it loaded anything.
  /// - Throws: ``Failure`` of kind `usage`.
  func check(
    _ estimate: MemoryEstimate, _ limits: [MemoryLimit], _ used: [Int]
  ) throws(Failure) {
    for (limit, used) in zip(limits, used) {
      let reserved = reservedAddresses(limit.measure)
      // The memory in use already includes the program's share, and more.
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

  /// Returns the address space that is reserved but never fully used, as far as a limit counts it: a stack of
  /// 8 MiB per thread, including the threads of loading and of the display, and, for limits on addresses, a
  /// heap of 64 MiB per thread.
  private func reservedAddresses(_ measure: MemoryLimit.Measure) -> (once: Int, ofThreads: Int) {
    // OpenBLAS waits forever when it cannot allocate its buffers. The 64 MiB are for loading the library.
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
  /// The number of bytes as text, in megabytes, rounded up.
  fileprivate var inMegabytes: String { "\((self + 999_999) / 1_000_000) MB" }
}
