package import Datasets
import Images
package import Layers
package import Machine
import Synchronization

/// A receiver of the results of a pass. Each worker has its own, and calls it on its own thread.
package protocol RowSink: SendableMetatype {
  /// Announces the next rows. No other worker has any of these rows.
  mutating func begin(_ rows: Range<Int>) throws
  /// Receives the results of one row, at one place of the batch in the workspace.
  mutating func record(row: Int, from workspace: Workspace, at place: Int)
  /// Receives a row whose image cannot be read and is skipped.
  mutating func skip(row: Int, because reason: String)
  /// Receives a row whose image cannot be read and ends the pass.
  mutating func fail(row: Int, because reason: String)
  /// Ends the rows since `begin` that were recorded or skipped. These are all rows, unless the pass stops
  /// early.
  mutating func end(_ rows: Range<Int>, writingWith runner: Runner) throws
}

extension RowSink {
  package mutating func fail(row: Int, because reason: String) {}
}

/// A pass of the images of some rows through a network, on all workers.
///
/// Workers take chunks of consecutive rows, in order. Each worker has its own decoder, preprocessor and
/// arena; all share the plan with its weights. The memory does not depend on the number of images.
package struct ImagePass {
  let network: Network
  let images: ImageList
  /// The rows to process, in ascending order.
  let rows: [Range<Int>]
  /// The index of the image of row 0. Earlier images belong to other shards.
  var firstImage = 0
  /// The number of rows that a worker takes at a time.
  let chunkRows: Int
  let batchSize: Int
  let threads: Int
  let onError: ErrorPolicy
  let progress: RunProgress

  /// Creates a pass.
  package init(
    network: Network, images: ImageList, rows: [Range<Int>], firstImage: Int = 0, chunkRows: Int,
    batchSize: Int,
    threads: Int, onError: ErrorPolicy, progress: RunProgress
  ) {
    (self.network, self.images, self.rows, self.firstImage) = (network, images, rows, firstImage)
    (self.chunkRows, self.batchSize, self.threads) = (chunkRows, batchSize, threads)
    (self.onError, self.progress) = (onError, progress)
  }

  /// Returns the number of rows that a worker collects before it writes. It is a multiple of the batch size,
  /// at most 32 MiB and 64 rows, and small enough that every worker gets several chunks. For unit-major files
  /// the limits are four times as large, because they need a write for each unit and chunk.
  package static func chunkRows(
    images: Int, rowBytes: Int, batchSize: Int, threads: Int, isUnitMajor: Bool = false
  ) -> Int {
    let share = (images + threads * 8 - 1) / (threads * 8)
    let factor = isUnitMajor ? 4 : 1
    let wanted = (min(share, 64 * factor) + batchSize - 1) / batchSize * batchSize
    return max(min(wanted, (32 << 20) * factor / max(rowBytes, 1)), 1)
  }

  /// Runs the pass until its end, or until a request to stop.
  ///
  /// - Throws: The error of reading an image, under ``ErrorPolicy/fail``, and the errors of a sink. The sinks
  ///   have received all results before the error.
  package func run(sink makeSink: @Sendable () -> some RowSink) throws -> StageTimes {
    let count = rows.reduce(0) { $0 + $1.count }
    progress.begin(total: count)
    let total = Mutex(StageTimes())
    try forEach(
      in: rows.chunks(ofAtMost: chunkRows), threads: threads, progress: progress,
      state: { (runner: network.runner(batchSize: min(batchSize, chunkRows)), sink: makeSink()) }
    ) { worker, chunk in
      defer {
        let times = worker.runner.takeTimes()
        total.withLock { $0 += times }
      }
      try run(chunk, with: worker.runner, into: &worker.sink)
    }
    return total.withLock { $0 }
  }

  private func run(_ chunk: Range<Int>, with runner: Runner, into sink: inout some RowSink) throws {
    try sink.begin(chunk)
    var placed: [Int] = []
    var row = chunk.lowerBound
    var failure: ImageError?
    while row < chunk.upperBound && failure == nil {
      do throws(ImageError) {
        try runner.load(images.location(ofRow: firstImage + row), into: placed.count)
        placed.append(row)
        row += 1
      } catch {
        if onError == .fail || error.fault == .tooManyFiles {
          failure = error
          sink.fail(row: row, because: error.reason)
          progress.stop()
        } else {
          sink.skip(row: row, because: error.reason)
          progress.note(done: 1, skipped: 1)
          row += 1
        }
      }
      if placed.count == runner.workspace.batchSize {
        run(&placed, with: runner, into: &sink)
        if progress.isStopping { break }
      }
    }
    run(&placed, with: runner, into: &sink)
    try sink.end(chunk.lowerBound..<row, writingWith: runner)
    if let failure { throw failure }
  }

  private func run(_ placed: inout [Int], with runner: Runner, into sink: inout some RowSink) {
    guard !placed.isEmpty else { return }
    runner.run(images: placed.count)
    for (place, row) in placed.enumerated() { sink.record(row: row, from: runner.workspace, at: place) }
    progress.note(done: placed.count)
    placed.removeAll(keepingCapacity: true)
  }
}
