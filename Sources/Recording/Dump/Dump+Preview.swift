import Datasets
import Images
import Inference
package import Machine
import Synchronization

extension Dump {
  /// Loads the weights, runs some of the images and estimates the cost of the whole dump.
  ///
  /// - Parameters:
  ///   - seconds: The duration of the trial; each thread runs at least one batch in any case.
  ///   - progress: Stops the trial when it is cancelled.
  /// - Returns: The estimated cost of the whole dump.
  /// - Throws: The errors of loading weights; ``Failure`` of kind `usage` when the memory would not suffice.
  package func preview(seconds: Double = 2, progress: RunProgress = RunProgress()) throws -> DumpPreview {
    let network = try load()
    let memory = memory(of: network)
    let limit = MemoryLimit.all.min { $0.bytes < $1.bytes }
    let probe = try probe(network, seconds: seconds, progress)
    return DumpPreview(
      outline: outline, memory: memory, memoryBytes: memory.total, memoryLimitBytes: limit?.bytes ?? 0,
      memoryLimit: limit?.source ?? "", probe: probe,
      etaSeconds: probe.imagesPerSecond > 0 ? Double(rows.count) / probe.imagesPerSecond : 0)
  }

  private func probe(
    _ network: Network, seconds: Double, _ progress: RunProgress
  ) throws -> DumpProbe {
    let total = Mutex(DumpProbe())
    let next = Atomic(0)
    let batchSize = min(request.batchSize, outline.chunkRows)
    let threads = max(min(request.threads, (rows.count + outline.chunkRows - 1) / outline.chunkRows), 1)
    let barrier = Barrier(threads)
    try withWorkers(threads) { _ throws(Failure) in
      let runner = network.runner(batchSize: batchSize)
      var result = DumpProbe()
      func runBatch() {
        var placed = 0
        for _ in 0..<batchSize {
          // Steps of the golden ratio distribute any number of rows evenly.
          let step = 0.618_033_988_749_895 * Double(next.add(1, ordering: .relaxed).oldValue)
          let row = min(Int(Double(rows.count) * (step - step.rounded(.down))), rows.count - 1)
          do throws(ImageError) {
            try runner.load(images.location(ofRow: rows.lowerBound + row), into: placed)
            placed += 1
          } catch {
            result.unreadable += 1
            result.example = "\(error)"
          }
        }
        if placed > 0 { runner.run(images: placed) }
        result.images += placed
      }
      // The first batch touches memory pages for the first time; later batches do not pay for that.
      runBatch()
      barrier.wait()
      let warm = result.images
      let start = Clock.seconds
      repeat { runBatch() } while Clock.seconds - start < seconds && !progress.isStopping
      result.seconds = Clock.seconds - start
      result.imagesPerSecond = Double(result.images - warm) / max(result.seconds, 1e-9)
      total.withLock {
        $0.images += result.images
        $0.unreadable += result.unreadable
        $0.seconds = max($0.seconds, result.seconds)
        $0.imagesPerSecond += result.imagesPerSecond
        $0.example = $0.example ?? result.example
      }
    }
    return total.withLock { $0 }
  }
}
