import Machine

/// Remarks for the user about the names of the images found. The images are recorded in the order of
/// torchvision's `ImageFolder`, and some of them may be there by mistake.
enum FoundNames {
  private static let slash = UInt8(ascii: "/")
  private static let synsets = Set(ImageNet.synsets.map { Array($0.utf8) })

  /// Folders that archivers and servers create.
  private static let added = ["__MACOSX/", "@eaDir/"].map { Array($0.utf8) }

  /// Returns a remark on hidden images, and on images in folders that operating systems create.
  static func remarks(onHidden names: PackedStrings) -> [Sentence] {
    var count = 0
    var examples: [String] = []
    for row in 0..<names.count where isHidden(names.utf8(row)) {
      count += 1
      if examples.count < 3 { examples.append(EscapedText.escaped(names.utf8(row))) }
    }
    guard count > 0 else { return [] }
    return [
      "\(count) images are hidden, or in hidden folders, and recorded all the same, as ImageFolder does: \(list(examples, of: count));"
        + " if they are not meant, remove them"
    ]
  }

  /// Returns remarks on class folders of which only some are synsets, and on folders without images.
  static func remarks(onClasses classes: [[UInt8]], empty: [[UInt8]]) -> [Sentence] {
    var remarks: [Sentence] = []
    let others = classes.filter { !synsets.contains($0) }
    if !others.isEmpty && others.count < classes.count {
      remarks.append(
        "\(others.count) of \(classes.count) class folders are no synsets of ImageNet: \(list(others)); labels are therefore"
          + " positions among the folders, not classes of ImageNet")
    }
    if !empty.isEmpty {
      remarks.append(
        "\(empty.count) folders hold no images and are no classes: \(list(empty)); ImageFolder would refuse them"
      )
    }
    return remarks
  }

  /// Whether a component of a path begins with a dot, or is a folder that archivers and servers create.
  private static func isHidden(_ path: ArraySlice<UInt8>) -> Bool {
    var start = path.startIndex
    while start < path.endIndex {
      let part = path[start...]
      if part.first == UInt8(ascii: ".") || added.contains(where: { part.starts(with: $0) }) { return true }
      start = part.firstIndex(of: slash).map { $0 + 1 } ?? path.endIndex
    }
    return false
  }

  private static func list(_ names: [[UInt8]]) -> String {
    list(names.prefix(3).map { EscapedText.escaped($0[...]) }, of: names.count)
  }

  private static func list(_ examples: [String], of count: Int) -> String {
    examples.joined(separator: ", ") + (count > examples.count ? "…" : "")
  }
}
