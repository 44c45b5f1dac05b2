package import Dumps
public import Images
public import Machine

/// What to make an atlas of.
public struct AtlasRequest: Sendable {
  /// The side of a thumbnail, in pixels.
  public static let thumbnailSizes = 16...512

  /// The folder of a dump.
  public var dump: String
  /// The folder to make.
  public var output: String
  /// Names and patterns of the layers to show, separated by commas; `nil` for all that were recorded.
  public var layers: String?
  /// Finds the dump's network by its identifier: the lists of layers that ``layers`` may name.
  package var network: NetworkNames = { _ in nil }
  /// The folder, list or archive of the images, where it is not where it was when they were recorded.
  public var images: String?
  /// The side of a thumbnail, one of ``thumbnailSizes``.
  public var thumbnailSize = 96
  /// The Pillow whose pixels thumbnails have.
  public var pillow = PillowVersion.standard
  /// The threads.
  public var threads = ProcessorCount.available
  /// What to do about an atlas in the place of the output; nothing resumes one.
  public var existing = ExistingOutput.refuse
  /// How pages name settings: of the recording, say, where one would say more.
  public var wording = Sentence.Wording.plain

  /// Creates a request.
  public init(dump: String, output: String) { (self.dump, self.output) = (dump, output) }
}

/// What an atlas holds.
public struct AtlasSummary: Sendable, Codable {
  /// The folder, and the page to open.
  public var output: String, index: String
  /// Pages, and units on all of them.
  public var layers: Int, units: Int
  /// The images that are shown, and those of them that could not be read now.
  public var images: Int, missing: Int
  /// The bytes of all files.
  public var bytes: Int
  /// Seconds for the units and for the thumbnails.
  public var unitSeconds: Double, thumbnailSeconds: Double
  /// The most memory the process held at once.
  public var peakResidentBytes: Int
}
