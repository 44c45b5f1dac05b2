package import Images
import Machine

/// The paths and classes of images, one per row.
package struct ImageTable: Sendable {
  /// The paths; for images in archives, the names of their members.
  package private(set) var paths: PackedStrings
  /// The class of each row; −1 means none.
  package private(set) var labelOfRow: [Int32]

  /// Creates a table without rows.
  package init() { (paths, labelOfRow) = (PackedStrings(), []) }

  /// Creates a table from paths and the same number of labels.
  init(paths: PackedStrings, labelOfRow: [Int32]) { (self.paths, self.labelOfRow) = (paths, labelOfRow) }

  /// The number of rows.
  package var count: Int { paths.count }

  /// Returns the path of a row. Bytes that are not UTF-8 are replaced.
  package func path(ofRow row: Int) -> String { paths[row] }

  /// Returns the bytes of a row's path.
  package func bytes(ofRow row: Int) -> ArraySlice<UInt8> { paths.utf8(row) }

  /// Returns the class of a row; `nil` if it has none.
  package func label(ofRow row: Int) -> Int? { labelOfRow[row] < 0 ? nil : Int(labelOfRow[row]) }

  /// Returns the location of an image that is a file of its own, given the folder that paths are relative to.
  package func location(ofRow row: Int, in root: [UInt8]) -> ImageLocation {
    let file = file(ofRow: row, in: root)
    return ImageLocation(path: file, name: EscapedText.escaped(file[...]))
  }

  /// Returns the path of a row's file, given the folder that paths are relative to.
  func file(ofRow row: Int, in root: [UInt8]) -> [UInt8] { Disk.path(of: paths.utf8(row), in: root) }

  /// Adds a row.
  package mutating func append(_ path: [UInt8], label: Int32?) {
    paths.append(path)
    labelOfRow.append(label ?? -1)
  }

  /// Replaces all labels; −1 means no label.
  mutating func setLabels(_ labelOfRow: [Int32]) { self.labelOfRow = labelOfRow }

  /// Keeps only the first `limit` rows.
  mutating func truncate(to limit: Int) {
    paths.truncate(to: limit)
    labelOfRow.removeLast(labelOfRow.count - paths.count)
  }

  /// The approximate memory of the table, in bytes.
  var byteCount: Int { paths.byteCount + 4 * labelOfRow.count }
}
