/// The memory a dump takes, in bytes, by what takes it.
package struct MemoryEstimate: Sendable, Hashable, Codable {
  /// The weights as kernels take them, and the file they come from, which stays mapped.
  package var weights: Int
  /// What loading takes on top of that until the weights are packed; the C library keeps it then.
  package var loading: Int
  /// What all threads compute in.
  package var workspaces: Int
  /// Rows that wait to be written, and the extremes that are kept of units.
  package var rows: Int
  /// Names and labels of the images.
  package var images: Int
  /// Files and pixels of images that are being decoded, of up to four megapixels.
  package var decoding: Int
  /// The program and its libraries.
  package var program: Int

  /// The most it takes at any one time.
  package var total: Int { program + images + weights + loading + workspaces + rows + decoding }
}
