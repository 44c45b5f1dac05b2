package import Images
import Machine

/// The paths and classes of images, one a row.
package struct ImageTable: Sendable {
  /// The paths; of images in archives, their names there.
  package private(set) var paths: PackedStrings
  /// The class of each row, −1 for none.
  package private(set) var labelOfRow: [Int32]

  /// A table without rows.
  package init() { (paths, labelOfRow) = (PackedStrings(), []) }

  /// The table of some paths and as many labels.
  init(paths: PackedStrings, labelOfRow: [Int32]) { (self.paths, self.labelOfRow) = (paths, labelOfRow) }

  /// The number of rows.
  package var count: Int { paths.count }

  /// The path of a row, in which what is not UTF-8 is replaced.
  package func path(ofRow row: Int) -> String { paths[row] }

  /// The bytes of a row's path.
  package func bytes(ofRow row: Int) -> ArraySlice<UInt8> { paths.utf8(row) }

  /// The class of a row, `nil` where it has none.
  package func label(ofRow row: Int) -> Int? { labelOfRow[row] < 0 ? nil : Int(labelOfRow[row]) }

  /// The place of a row whose image is a file of its own, below the folder that paths begin at.
  package func location(ofRow row: Int, in root: [UInt8]) -> ImageLocation {
    let file = file(ofRow: row, in: root)
    return ImageLocation(path: file, name: EscapedText.escaped(file[...]))
  }

  /// The path of the file of a row, from a folder that paths begin at.
  func file(ofRow row: Int, in root: [UInt8]) -> [UInt8] { Disk.path(of: paths.utf8(row), in: root) }

  /// Adds a row.
  package mutating func append(_ path: [UInt8], label: Int32?) {
    paths.append(path)
    labelOfRow.append(label ?? -1)
  }

  /// Replaces all labels, −1 for none.
  mutating func setLabels(_ labelOfRow: [Int32]) { self.labelOfRow = labelOfRow }

  /// Keeps only the first `limit` rows.
  mutating func truncate(to limit: Int) {
    paths.truncate(to: limit)
    labelOfRow.removeLast(labelOfRow.count - paths.count)
  }

  /// About the memory the table takes, in bytes.
  var byteCount: Int { paths.byteCount + 4 * labelOfRow.count }
}
