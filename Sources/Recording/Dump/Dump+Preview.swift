import Datasets
import Images
import Inference
public import Machine
import Synchronization

/// What a dump would do and take, before it does it.
public struct DumpPreview: Sendable, Codable {
  /// What would be recorded.
  public var outline: DumpOutline
  /// How often each image is read and each file written.
  public var passes = 1
  /// The memory it would take, by what takes it, and in all.
  public var memory: MemoryEstimate, memoryBytes: Int
  /// The least of what limits the memory of this process, and what that is.
  public var memoryLimitBytes: Int, memoryLimit: String
  /// How fast some of the images went.
  public var probe: DumpProbe
  /// Seconds that all images would take at that rate.
  public var etaSeconds: Double
}

/// A trial of a few seconds: images from all over the list, through the network, on the threads of the dump. Nothing is
/// written.
public struct DumpProbe: Sendable, Hashable, Codable {
  /// The images that ran, and those that could not be read.
  public var images = 0, unreadable = 0
  /// How long they took, on the slowest thread.
  public var seconds = 0.0
  /// Images a second, all threads together.
  public var imagesPerSecond = 0.0
  /// What was wrong with one of the images that could not be read.
  public var example: String?
}

extension Dump {
  /// Loads the weights, runs some of the images and says what the whole would take.
  ///
  /// - Parameters:
  ///   - seconds: How long to try; at least one batch a thread runs in any case.
  ///   - progress: Stops the trial when it is cancelled.
  /// - Returns: What the whole would take.
  /// - Throws: What loading weights throws; ``Failure`` of kind `usage` when the memory would not do.
  public func preview(seconds: Double = 2, progress: RunProgress = RunProgress()) throws -> DumpPreview {
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
          // Steps of the golden ratio spread any number of rows evenly.
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
      // The first batch touches memory that the others find touched.
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
