/// The contents and the estimated cost of a dump, before it runs.
package struct DumpPreview: Sendable, Codable {
  /// The size and layout of the dump.
  package var outline: DumpOutline
  /// The number of times that each image is read and each file written.
  package var passes = 1
  /// The estimated memory, by purpose, and its total in bytes.
  package var memory: MemoryEstimate, memoryBytes: Int
  /// The lowest limit on the memory of this process in bytes, and its name.
  package var memoryLimitBytes: Int, memoryLimit: String
  /// The result of a trial with some of the images.
  package var probe: DumpProbe
  /// The estimated time for all images at the rate of the trial, in seconds.
  package var etaSeconds: Double
}

/// A trial of a few seconds: images from all parts of the list run through the network, on the threads of the
/// dump. Nothing is written.
package struct DumpProbe: Sendable, Hashable, Codable {
  /// The number of images that ran, and of those that could not be read.
  package var images = 0, unreadable = 0
  /// The time of the slowest thread, in seconds.
  package var seconds = 0.0
  /// The images per second, over all threads.
  package var imagesPerSecond = 0.0
  /// The error of one of the images that could not be read.
  package var example: String?
}
