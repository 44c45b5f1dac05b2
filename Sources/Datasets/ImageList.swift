package import Images
package import Machine

/// The images of a recording, one a row, in the order of the rows.
package struct ImageList: Sendable {
  /// Where a list came from.
  package enum Layout: String, Sendable, Codable {
    /// A folder of class folders, as torchvision's `ImageFolder` reads it.
    case folders
    /// A folder of images without classes.
    case flat
    /// A text file of paths.
    case list
    /// Tar files: archive after archive as they were given, and in each as ``folders`` or ``flat`` would have it.
    case tar
  }

  /// What the labels count.
  package enum Labels: String, Sendable, Codable {
    /// Every class folder is named by an ImageNet synset: the label is the index of that class among the thousand.
    case imagenet
    /// The label is the position of the class folder among the class folders.
    case folders
    /// The labels come from the list, or from texts beside the images in their archive.
    case given
    /// There are no labels.
    case none
  }

  /// The folder that paths are relative to.
  package let root: String
  /// Where the list came from.
  package let layout: Layout
  /// What the labels count.
  public private(set) var labels: Labels
  /// The names of the class folders, sorted bytewise.
  public private(set) var classes: [String]
  /// Something the user should know about the images that were found, a sentence each.
  public private(set) var remarks: [Sentence]
  /// Whether rows are in another order than the lines of the list they came from.
  let isReordered: Bool

  /// Paths relative to ``root``; of images in archives, their names there.
  private var table: ImageTable
  /// Where images are that are not files.
  private var archives: ArchiveIndex?

  init(
    root: String, layout: Layout, labels: Labels, classes: [String] = [], remarks: [Sentence] = [],
    paths: PackedStrings, labelOfRow: [Int32], archives: ArchiveIndex? = nil, isReordered: Bool = false
  ) {
    (self.root, self.layout, self.labels, self.classes) = (root, layout, labels, classes)
    table = ImageTable(paths: paths, labelOfRow: labelOfRow)
    (self.remarks, self.archives) = (remarks, archives)
    self.isReordered = isReordered
  }

  /// The number of images.
  package var count: Int { table.count }

  /// The path of an image relative to ``root``, or as the list gives it; behind that of its archive, its name there. What
  /// is not UTF-8 in it is replaced.
  package func path(ofRow row: Int) -> String { String(decoding: bytes(ofRow: row), as: UTF8.self) }

  /// The bytes of ``path(ofRow:)``: what identifies an image.
  package func bytes(ofRow row: Int) -> ArraySlice<UInt8> {
    guard let archives else { return table.bytes(ofRow: row) }
    return archives.archive(ofRow: row).name + [UInt8(ascii: "/")] + table.bytes(ofRow: row)
  }

  /// The path of the file an image is, or is in.
  package func file(ofRow row: Int) -> String {
    PathText.text(
      archives?.archive(ofRow: row).file ?? table.file(ofRow: row, in: PathText.bytes(of: root)))
  }

  /// Where the bytes of an image are.
  package func location(ofRow row: Int) -> ImageLocation {
    guard let archives else { return table.location(ofRow: row, in: PathText.bytes(of: root)) }
    let archive = archives.archive(ofRow: row)
    let name = archive.file + archive.inner + [UInt8(ascii: "/")] + table.bytes(ofRow: row)
    return ImageLocation(
      path: archive.file, range: archives.range(ofRow: row), of: archive.version,
      name: EscapedText.escaped(name[...]))
  }

  /// The class of an image, `nil` when it has none.
  package func label(ofRow row: Int) -> Int? { table.label(ofRow: row) }

  /// Replaces all labels, −1 for none.
  mutating func setLabels(_ labelOfRow: [Int32], _ kind: Labels) {
    table.setLabels(labelOfRow)
    (labels, classes) = (kind, [])
  }

  /// Takes the names of class folders for class indices, as ImageNet-V2 names them, where they are all numbers from 0 to
  /// 999: torchvision, and so ``labels``, has their positions among the folders as text.
  ///
  /// - Returns: Whether they are.
  package mutating func labelByFolderNumbers() -> Bool {
    let numbers = classes.map { ClassLabel.index(Array($0.utf8)[...]) }
    guard labels == .folders, !numbers.isEmpty, numbers.allSatisfy({ $0.map { $0 < 1000 } ?? false }) else {
      return false
    }
    setLabels(table.labelOfRow.map { numbers[Int($0)] ?? -1 }, .given)
    return true
  }

  /// Keeps only the first `limit` images.
  package mutating func truncate(to limit: Int) {
    table.truncate(to: limit)
    archives?.truncate(to: limit)
  }

  /// About the memory the list takes, in bytes.
  package var byteCount: Int { table.byteCount + (archives?.byteCount ?? 0) }

  /// SHA-256 of the lines `path TAB label LF` of all rows, paths as in images.tsv; of images in archives, of `path TAB label
  /// TAB offset TAB size LF`. Equal lists give equal rows.
  package var digest: String {
    let hash = SHA256()
    for row in 0..<count {
      var line = "\(EscapedText.escaped(bytes(ofRow: row)))\t\(label(ofRow: row).map(String.init) ?? "")"
      if let range = archives?.range(ofRow: row) { line += "\t\(range.lowerBound)\t\(range.count)" }
      line += "\n"
      line.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    }
    return hash.finish()
  }
}
