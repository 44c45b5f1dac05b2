package import Dumps
package import Images
package import Machine

/// What to make an atlas of.
package struct AtlasRequest: Sendable {
  /// The side of a thumbnail, in pixels.
  package static let thumbnailSizes = 16...512

  /// The folder of a dump.
  package var dump: String
  /// The folder to make.
  package var output: String
  /// Names and patterns of the layers to show, separated by commas; `nil` for all that were recorded.
  package var layers: String?
  /// Finds the dump's network by its identifier: the lists of layers that ``layers`` may name.
  package var network: NetworkNames = { _ in nil }
  /// The folder, list or archive of the images, where it is not where it was when they were recorded.
  package var images: String?
  /// The side of a thumbnail, one of ``thumbnailSizes``.
  package var thumbnailSize = 96
  /// The Pillow whose pixels thumbnails have.
  package var pillow = PillowVersion.standard
  /// The threads.
  package var threads = ProcessorCount.available
  /// What to do about an atlas in the place of the output; nothing resumes one.
  package var existing = ExistingOutput.refuse
  /// How pages name settings: of the recording, say, where one would say more.
  package var wording = Sentence.Wording.plain

  /// Creates a request.
  package init(dump: String, output: String) { (self.dump, self.output) = (dump, output) }
}

/// What an atlas holds.
package struct AtlasSummary: Sendable, Codable {
  /// The folder, and the page to open.
  package var output: String, index: String
  /// Pages, and units on all of them.
  package var layers: Int, units: Int
  /// The images that are shown, and those of them that could not be read now.
  package var images: Int, missing: Int
  /// The bytes of all files.
  package var bytes: Int
  /// Seconds for the units and for the thumbnails.
  package var unitSeconds: Double, thumbnailSeconds: Double
  /// The most memory the process held at once.
  package var peakResidentBytes: Int
}
