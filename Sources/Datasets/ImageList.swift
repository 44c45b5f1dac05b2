package import Images
package import Machine

/// The images of a recording, one per row, in the order of the rows.
package struct ImageList: Sendable {
  /// The sources of a list.
  package enum Layout: String, Sendable, Codable {
    /// A folder of class folders, as torchvision's `ImageFolder` reads it.
    case folders
    /// A folder of images without classes.
    case flat
    /// A text file of paths.
    case list
    /// Tar files, archive after archive in the order given; each archive is ordered as ``folders`` or
    /// ``flat``.
    case tar
  }

  /// The meanings of the labels.
  package enum Labels: String, Sendable, Codable {
    /// ImageNet class indices: every class folder is named after a synset of the thousand classes.
    case imagenet
    /// Positions of the class folders in their bytewise order.
    case folders
    /// Labels from the list, or from text files beside the images in their archive.
    case given
    /// No labels.
    case none
  }

  /// The folder that paths are relative to.
  package let root: String
  /// The source of the list.
  package let layout: Layout
  /// The meaning of the labels.
  public private(set) var labels: Labels
  /// The names of the class folders, sorted bytewise.
  public private(set) var classes: [String]
  /// Remarks for the user about the images found, one sentence each.
  public private(set) var remarks: [Sentence]
  /// Whether the rows have a different order than the lines of the list.
  let isReordered: Bool

  /// The paths relative to ``root``; for images in archives, the names of their members.
  private var table: ImageTable
  /// The locations of images in archives; `nil` for a list of files.
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

  /// Returns the path of an image, relative to ``root`` or as given in the list. For an image in an archive,
  /// it is the path of the archive, a slash and the name of the member. Bytes that are not UTF-8 are
  /// replaced.
  package func path(ofRow row: Int) -> String { String(decoding: bytes(ofRow: row), as: UTF8.self) }

  /// Returns the bytes of ``path(ofRow:)``, which identify an image.
  package func bytes(ofRow row: Int) -> ArraySlice<UInt8> {
    guard let archives else { return table.bytes(ofRow: row) }
    return archives.archive(ofRow: row).name + [UInt8(ascii: "/")] + table.bytes(ofRow: row)
  }

  /// Returns the path of the file that is, or contains, an image.
  package func file(ofRow row: Int) -> String {
    PathText.text(
      archives?.archive(ofRow: row).file ?? table.file(ofRow: row, in: PathText.bytes(of: root)))
  }

  /// Returns the location of the bytes of an image.
  package func location(ofRow row: Int) -> ImageLocation {
    guard let archives else { return table.location(ofRow: row, in: PathText.bytes(of: root)) }
    let archive = archives.archive(ofRow: row)
    let name = archive.file + archive.inner + [UInt8(ascii: "/")] + table.bytes(ofRow: row)
    return ImageLocation(
      path: archive.file, range: archives.range(ofRow: row), of: archive.version,
      name: EscapedText.escaped(name[...]))
  }

  /// Returns the class of an image; `nil` if it has none.
  package func label(ofRow row: Int) -> Int? { table.label(ofRow: row) }

  /// Replaces all labels; −1 means no label.
  mutating func setLabels(_ labelOfRow: [Int32], _ kind: Labels) {
    table.setLabels(labelOfRow)
    (labels, classes) = (kind, [])
  }

  /// Uses the names of the class folders as class indices, if all of them are numbers from 0 to 999, as in
  /// ImageNet-V2. By default the labels are, as in torchvision, the positions of the folders sorted as text.
  ///
  /// - Returns: Whether the labels were replaced.
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

  /// The approximate memory of the list, in bytes.
  package var byteCount: Int { table.byteCount + (archives?.byteCount ?? 0) }

  /// The SHA-256 of the lines `path TAB label LF` of all rows, with paths as in images.tsv. For images in
  /// archives, the lines are `path TAB label TAB offset TAB size LF`. Equal lists have equal rows.
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
