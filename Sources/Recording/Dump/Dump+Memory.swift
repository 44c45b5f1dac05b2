import Checkpoints
import Layers

/// The memory a dump takes, in bytes, by what takes it.
public struct MemoryEstimate: Sendable, Hashable, Codable {
  /// The weights as kernels take them, and the file they come from, which stays mapped.
  public var weights: Int
  /// What loading takes on top of that, until the weights are packed.
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

  /// The most it takes at any one time: when weights are loaded, or while images run.
  public var total: Int {
    program + images + weights + max(loading, workspaces + rows + decoding)
  }
}

extension Dump {
  /// The program itself, its libraries, and the stacks and heaps of a few threads: measured, and a little more.
  static let programBytes = 48 << 20
  /// What one worker decodes an ordinary image in: the file, and the pixels before and after its first pass.
  static let decodingBytes = 24 << 20

  /// The memory the dump would take.
  package func memory(of network: Network) -> MemoryEstimate {
    let batchSize = min(request.batchSize, outline.chunkRows)
    let workspace = Workspace.byteCount(for: network.plan, batchSize: batchSize)
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
  /// - Throws: ``RecordingError`` of kind `usage` when it would not, and what loading weights throws.
  package func load(limits: [MemoryLimit] = MemoryLimit.all) throws -> Network {
    // Weights are read and packed, and so are there twice: no need to begin where that does not fit.
    let least = MemoryEstimate(
      weights: outline.weightBytes, loading: outline.weightBytes, workspaces: 0,
      rows: outline.rowBufferBytes + outline.extremesBytes, images: images.byteCount, decoding: 0,
      program: Self.programBytes)
    try check(least, limits)
    let network = try request.network()
    try check(memory(of: network), limits)
    return network
  }

  private func check(_ estimate: MemoryEstimate, _ limits: [MemoryLimit]) throws(RecordingError) {
    for limit in limits {
      // Every thread sets addresses aside for its stack and its heap.
      let asideOfThreads = limit.countsAddresses ? request.threads * (72 << 20) : 0
      let total = estimate.total + asideOfThreads + (limit.countsAddresses ? 256 << 20 : 0)
      guard total > limit.bytes else { continue }
      let threaded = estimate.workspaces + estimate.rows + estimate.decoding + asideOfThreads
      let isHelped = (request.threads > 1 || request.batchSize > 1) && threaded > estimate.loading
      throw RecordingError(
        .usage,
        "the dump would take \(total.inMegabytes) of memory, and \(limit.source) allows"
          + " \(limit.bytes.inMegabytes); "
          + (isHelped
            ? "\(threaded.inMegabytes) of it are for \(request.threads) threads with \(request.batchSize) images each:"
              + " lower --threads or --batch-size"
            : "allow more, or record a smaller network"))
    }
  }
}

extension Int {
  /// As a round number of megabytes.
  fileprivate var inMegabytes: String { "\((self + 999_999) / 1_000_000) MB" }
}
