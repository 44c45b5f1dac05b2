public import Dumps
public import Inference

/// The result of a dump.
public struct DumpSummary: Sendable, Hashable, Codable {
  /// The number of images that were recorded.
  public var images: Int
  /// The number of images that could not be read.
  public var skipped: Int
  /// The time from the first image to the last digest, in seconds.
  public var seconds: Double
  /// The images per second, without the start-up.
  public var imagesPerSecond: Double
  /// The core time by stage.
  public var stages: StageTimes
  /// The peak memory of the process, in bytes.
  public var peakResidentBytes: Int
  /// The folder.
  public var output: String
  /// The progress: `complete`, or `interrupted`.
  public var state: Manifest.State
}
