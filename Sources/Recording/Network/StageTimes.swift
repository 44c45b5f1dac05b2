import Foundation

/// Seconds of core time spent in each stage of a recording, summed over workers.
public struct StageTimes: Sendable, Hashable, Codable {
  /// Reading and decoding image files.
  public var decode = 0.0
  /// Resizing, cropping and scaling pixels.
  public var preprocess = 0.0
  /// The network.
  public var forward = 0.0
  /// Writing rows and computing digests.
  public var write = 0.0

  /// Creates times of zero.
  public init() {}

  /// Adds the times of another worker.
  static func += (total: inout StageTimes, other: StageTimes) {
    total.decode += other.decode
    total.preprocess += other.preprocess
    total.forward += other.forward
    total.write += other.write
  }

  /// Runs `body` and adds the time it took to one stage.
  mutating func measure<R, E: Error>(
    _ stage: WritableKeyPath<StageTimes, Double>, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let start = Clock.seconds
    defer { self[keyPath: stage] += Clock.seconds - start }
    return try body()
  }
}

/// Time and memory of this process.
package enum Clock {
  /// Seconds since some fixed moment.
  package static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The most memory this process ever held, in bytes.
  package static var peakResidentBytes: Int {
    // What getrusage says includes what the program that started this one held.
    if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    {
      return kilobytes * 1024
    }
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
