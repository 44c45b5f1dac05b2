/// The memory of a dump in bytes, by purpose.
package struct MemoryEstimate: Sendable, Hashable, Codable {
  /// The weights as packed for the kernels, and the file they come from, which stays memory-mapped.
  package var weights: Int
  /// The additional memory of loading, until the weights are packed; the C library does not return it to the
  /// system.
  package var loading: Int
  /// The workspaces of all threads.
  package var workspaces: Int
  /// The rows that wait to be written, and the extremes that are kept of units.
  package var rows: Int
  /// The names and labels of the images.
  package var images: Int
  /// The files and pixels of images that are being decoded, for images of up to four megapixels.
  package var decoding: Int
  /// The program and its libraries.
  package var program: Int

  /// The peak at any one time.
  package var total: Int { program + images + weights + loading + workspaces + rows + decoding }
}
