import Machine

/// Core time in seconds in each stage of a recording, summed over workers.
package struct StageTimes: Sendable, Hashable, Codable {
  /// Time to read and decode image files.
  package var decode = 0.0
  /// Time to resize, crop and scale pixels.
  package var preprocess = 0.0
  /// Time to run the network.
  package var forward = 0.0
  /// Time to write rows and compute digests.
  package var write = 0.0

  /// Creates times of zero.
  package init() {}

  /// Adds the times of another worker.
  static func += (total: inout StageTimes, other: StageTimes) {
    total.decode += other.decode
    total.preprocess += other.preprocess
    total.forward += other.forward
    total.write += other.write
  }

  /// Runs `body`, and adds its time to one stage.
  package mutating func measure<R, E: Error>(
    _ stage: WritableKeyPath<StageTimes, Double>, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let start = Clock.seconds
    defer { self[keyPath: stage] += Clock.seconds - start }
    return try body()
  }
}
