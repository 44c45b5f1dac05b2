public import Dumps
public import Inference

/// What a dump did.
public struct DumpSummary: Sendable, Hashable, Codable {
  /// The images recorded.
  public var images: Int
  /// The images that could not be read.
  public var skipped: Int
  /// From the first image to the last digest.
  public var seconds: Double
  /// Images a second, start-up left out.
  public var imagesPerSecond: Double
  /// Core time by stage.
  public var stages: StageTimes
  /// The most memory the process held.
  public var peakResidentBytes: Int
  /// The folder.
  public var output: String
  /// How far it got: `complete`, or `interrupted`.
  public var state: Manifest.State
}
