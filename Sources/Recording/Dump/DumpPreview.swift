/// What a dump would do and take, before it does it.
package struct DumpPreview: Sendable, Codable {
  /// What would be recorded.
  package var outline: DumpOutline
  /// How often each image is read and each file written.
  package var passes = 1
  /// The memory it would take, by what takes it, and in all.
  package var memory: MemoryEstimate, memoryBytes: Int
  /// The least of what limits the memory of this process, and what that is.
  package var memoryLimitBytes: Int, memoryLimit: String
  /// How fast some of the images went.
  package var probe: DumpProbe
  /// Seconds that all images would take at that rate.
  package var etaSeconds: Double
}

/// A trial of a few seconds: images from all over the list, through the network, on the threads of the dump. Nothing is
/// written.
package struct DumpProbe: Sendable, Hashable, Codable {
  /// The images that ran, and those that could not be read.
  package var images = 0, unreadable = 0
  /// How long they took, on the slowest thread.
  package var seconds = 0.0
  /// Images a second, all threads together.
  package var imagesPerSecond = 0.0
  /// What was wrong with one of the images that could not be read.
  package var example: String?
}
