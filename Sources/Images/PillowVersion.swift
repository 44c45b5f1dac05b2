/// The Pillow whose pixels are wanted: versions resize tall images in another order, and round in between.
///
/// Both passes of a resize round to 8 bits, so their order shows: values differ by 1.
public enum PillowVersion: Int, Hashable, Sendable, CaseIterable, Codable {
  /// The last version 12. Up to 12.1, images more than 100 times as tall as wide were resized like others.
  case v12 = 12
  /// Version 13.
  case v13 = 13

  /// The one that is meant where nobody says: what is installed today.
  public static let standard = v13

  /// The version of recordings that do not name one: nobody knew of another order when they were made.
  public static let unrecorded = v12

  /// Whether an image is resized vertically before it is resized horizontally.
  ///
  /// - Parameters:
  ///   - width: The columns of the image.
  ///   - height: Its rows.
  ///   - newWidth: The columns it will have, before any crop.
  ///   - newHeight: The rows it will have.
  /// - Returns: Whether the vertical pass is the first of the two.
  func resizesVerticallyFirst(width: Int, height: Int, newWidth: Int, newHeight: Int) -> Bool {
    let removedRows = height - newHeight
    switch self {
    case .v12: return removedRows > 0 && height > 100 * width
    case .v13: return removedRows > 0 && removedRows > 2 * (width - newWidth)
    }
  }
}
