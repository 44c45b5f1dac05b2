/// The memory a dump takes, in bytes, by what takes it.
public struct MemoryEstimate: Sendable, Hashable, Codable {
  /// The weights as kernels take them, and the file they come from, which stays mapped.
  public var weights: Int
  /// What loading takes on top of that until the weights are packed; the C library keeps it then.
  public var loading: Int
  /// What all threads compute in.
  public var workspaces: Int
  /// Rows that wait to be written, and the extremes that are kept of units.
  public var rows: Int
  /// Names and labels of the images.
  public var images: Int
  /// Files and pixels of images that are being decoded, of up to four megapixels.
  public var decoding: Int
  /// The program and its libraries.
  public var program: Int

  /// The most it takes at any one time.
  public var total: Int { program + images + weights + loading + workspaces + rows + decoding }
}
