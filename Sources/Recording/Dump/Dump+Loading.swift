import Datasets
package import Inference
package import Machine

extension Dump {
  /// Loads the network, unless the dump would then exceed the memory that the process may use.
  ///
  /// - Throws: ``Failure`` of kind `usage` when it would, and the errors of loading weights.
  package func load(limits: [MemoryLimit] = MemoryLimit.all) throws -> Network {
    // The memory in use before anything is loaded.
    let used = limits.map { $0.measure == .resident ? 0 : MemoryLimit.used($0.measure) }
    // Weights are in memory twice, as read and as packed. Loading does not start if that does not fit.
    let least = MemoryEstimate(
      weights: outline.weightBytes, loading: outline.weightBytes, workspaces: 0,
      rows: outline.rowBufferBytes + outline.extremesBytes, images: images.byteCount, decoding: 0,
      program: Self.programBytes)
    try check(least, limits, used)
    let network = try request.network()
    try check(memory(of: network), limits, used)
    return network
  }
}
