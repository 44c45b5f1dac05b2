package import Dumps
package import Images
package import Machine

/// The settings of an atlas: the dump, the layers and the output.
package struct AtlasRequest: Sendable {
  /// The allowed sides of a thumbnail, in pixels.
  package static let thumbnailSizes = 16...512

  /// The folder of a dump.
  package var dump: String
  /// The folder to make.
  package var output: String
  /// The names and patterns of the layers to show, separated by commas; `nil` for all recorded layers.
  package var layers: String?
  /// A function that finds the dump's network by its identifier: the lists of layers that ``layers`` may
  /// name.
  package var network: NetworkNames = { _ in nil }
  /// The folder, list or archive of the images, if they were moved after the recording.
  package var images: String?
  /// The side of a thumbnail, one of ``thumbnailSizes``.
  package var thumbnailSize = 96
  /// The Pillow whose pixels are reproduced in thumbnails.
  package var pillow = PillowVersion.standard
  /// The number of threads.
  package var threads = ProcessorCount.available
  /// The policy for an existing atlas at the output; an atlas cannot be resumed.
  package var existing = ExistingOutput.refuse
  /// The wording of settings on pages, for instance of a setting of the recording that would give more
  /// information.
  package var wording = Sentence.Wording.plain

  /// Creates a request.
  package init(dump: String, output: String) { (self.dump, self.output) = (dump, output) }
}

/// The result of making an atlas.
package struct AtlasSummary: Sendable, Codable {
  /// The folder of the atlas, and the page to open first.
  package var output: String, index: String
  /// The number of pages, and of units on all of them.
  package var layers: Int, units: Int
  /// The number of images that are shown, and of those among them that could not be read.
  package var images: Int, missing: Int
  /// The size of all files, in bytes.
  package var bytes: Int
  /// The time of the units and of the thumbnails, in seconds.
  package var unitSeconds: Double, thumbnailSeconds: Double
  /// The peak memory of the process, in bytes.
  package var peakResidentBytes: Int
}
