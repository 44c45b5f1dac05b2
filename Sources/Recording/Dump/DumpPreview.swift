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
