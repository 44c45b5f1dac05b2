import Checkpoints
import Models

/// The images of a recording, one a row, in the order of the rows.
public struct ImageList: Sendable {
  /// Where a list came from.
  public enum Layout: String, Sendable, Codable {
    /// A folder of class folders, as torchvision's `ImageFolder` reads it.
    case folders
    /// A folder of images without classes.
    case flat
    /// A text file of paths.
    case list
  }

  /// What the labels count.
  public enum Labels: String, Sendable, Codable {
    /// Every class folder is named by an ImageNet synset: the label is the index of that class among the thousand.
    case imagenet
    /// The label is the position of the class folder among the class folders.
    case folders
    /// The labels come from the list.
    case given
    /// There are no labels.
    case none
  }

  /// The folder that paths are relative to.
  public let root: String
  /// Where the list came from.
  public let layout: Layout
  /// What the labels count.
  public let labels: Labels
  /// The names of the class folders, sorted bytewise.
  public let classes: [String]
  /// Something the user should know about the images that were found, a sentence each.
  public let remarks: [String]

  private var paths: PackedStrings
  private var labelOfRow: [Int32]

  init(
    root: String, layout: Layout, labels: Labels, classes: [String] = [], remarks: [String] = [],
    paths: PackedStrings, labelOfRow: [Int32]
  ) {
    (self.root, self.layout, self.labels, self.classes) = (root, layout, labels, classes)
    (self.remarks, self.paths, self.labelOfRow) = (remarks, paths, labelOfRow)
  }

  /// The number of images.
  public var count: Int { paths.count }

  /// The path of an image relative to ``root``, or as the list gives it.
  public func path(ofRow row: Int) -> String { paths[row] }

  /// The path an image is opened by.
  public func file(ofRow row: Int) -> String {
    let path = paths[row]
    return path.hasPrefix("/") ? path : "\(root)/\(path)"
  }

  /// The class of an image, `nil` when it has none.
  public func label(ofRow row: Int) -> Int? { labelOfRow[row] < 0 ? nil : Int(labelOfRow[row]) }

  /// Keeps only the first `limit` images.
  public mutating func truncate(to limit: Int) {
    paths.truncate(to: limit)
    labelOfRow.removeLast(labelOfRow.count - paths.count)
  }

  /// SHA-256 of the lines `path TAB label LF` of all rows: equal lists give equal rows.
  public var digest: String {
    let hash = SHA256()
    for row in 0..<count {
      let line = Array(paths.utf8(row)) + Array("\t\(label(ofRow: row).map(String.init) ?? "")\n".utf8)
      line.withUnsafeBytes { hash.update($0) }
    }
    return hash.finish()
  }
}
