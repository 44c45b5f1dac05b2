package import Dumps
package import Inference

/// What a dump did.
package struct DumpSummary: Sendable, Hashable, Codable {
  /// The images recorded.
  package var images: Int
  /// The images that could not be read.
  package var skipped: Int
  /// From the first image to the last digest.
  package var seconds: Double
  /// Images a second, start-up left out.
  package var imagesPerSecond: Double
  /// Core time by stage.
  package var stages: StageTimes
  /// The most memory the process held.
  package var peakResidentBytes: Int
  /// The folder.
  package var output: String
  /// How far it got: `complete`, or `interrupted`.
  package var state: Manifest.State
}
