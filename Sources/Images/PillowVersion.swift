/// The Pillow version whose pixels are reproduced. Versions resize tall images in a different order of
/// passes.
///
/// Each pass rounds to 8 bits, so the order changes some values by 1.
public enum PillowVersion: Int, Hashable, Sendable, CaseIterable, Codable {
  /// The last release of Pillow 12. Releases up to 12.1 resized images more than 100 times as tall as wide
  /// like all others.
  case v12 = 12
  /// Version 13.
  case v13 = 13

  /// The default version: the current release of Pillow.
  public static let standard = v13

  /// The version of recordings that do not name one. Such recordings were made before the order of passes was
  /// known to differ.
  public static let unrecorded = v12

  /// Returns whether an image is resized vertically before it is resized horizontally.
  ///
  /// - Parameters:
  ///   - width: The number of columns of the image.
  ///   - height: The number of rows of the image.
  ///   - newWidth: The number of columns after resizing, before any crop.
  ///   - newHeight: The number of rows after resizing, before any crop.
  /// - Returns: Whether the vertical pass is the first of the two.
  func resizesVerticallyFirst(width: Int, height: Int, newWidth: Int, newHeight: Int) -> Bool {
    let removedRows = height - newHeight
    switch self {
    case .v12: return removedRows > 0 && height > 100 * width
    case .v13: return removedRows > 0 && removedRows > 2 * (width - newWidth)
    }
  }
}
