package import Dumps
package import Inference

/// The result of a dump.
package struct DumpSummary: Sendable, Hashable, Codable {
  /// The number of images that were recorded.
  package var images: Int
  /// The number of images that could not be read.
  package var skipped: Int
  /// The time from the first image to the last digest, in seconds.
  package var seconds: Double
  /// The images per second, without the start-up.
  package var imagesPerSecond: Double
  /// The core time by stage.
  package var stages: StageTimes
  /// The peak memory of the process, in bytes.
  package var peakResidentBytes: Int
  /// The folder.
  package var output: String
  /// The progress: `complete`, or `interrupted`.
  package var state: Manifest.State
}
