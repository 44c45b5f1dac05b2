import Foundation
package import Machine

extension ImageList {
  /// The expected contents of the file, for errors.
  private static let wanted = "a list of images"

  /// Reads a text of paths to images or tar files. The text is a file, a pipe (`<(…)`), or standard input
  /// (`-`).
  static func readList(_ path: String) throws(Failure) -> ImageList {
    let text = try UserText(path, wanted: wanted)
    let folder = Disk.isRegularFile(path) ? folder(ofList: path) : "."
    let first = text.lines.first { !$0.trimmed.isEmpty } ?? []
    // A first line that looks like another format may still be a path, if that path exists.
    let place = first.first == UInt8(ascii: "/") ? Array(first) : PathText.bytes(of: "\(folder)/") + first
    if Disk.isDirectory(place) == nil, let look = ListLook.of(text.bytes) {
      throw look.refusal(of: text.name, wanted: wanted)
    }
    return try parse(text.bytes, path: text.name, folder: folder)
  }

  /// Reads the lines of a list, as text.
  package static func parse(_ text: String, path: String) throws(Failure) -> ImageList {
    try parse(Array(text.utf8), path: path)
  }

  /// Parses the lines of a list: `path`, `path TAB label`, or `path label` if the path ends in an image
  /// extension.
  ///
  /// - Parameters:
  ///   - text: The bytes of the file.
  ///   - path: The path of the file.
  ///   - folder: The folder that the paths are relative to; by default the folder of the list.
  /// - Returns: The images.
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`.
  package static func parse(
    _ text: [UInt8], path: String, folder: String? = nil
  ) throws(Failure) -> ImageList {
    let folder = folder ?? Self.folder(ofList: path)
    let text = try UserText(text, name: path, wanted: wanted)
    let (paths, labels, kind) = try lines(of: text)
    guard paths.count > 0 else { throw Failure(.inputMissing, "\(path) lists no images") }
    let archives = (0..<paths.count).count { ImageNames.isArchive(paths.utf8($0)) }
    guard archives == 0 else {
      return try readArchives(of: paths, labels, archives: archives, path: path, folder: folder)
    }
    let isOrdered = paths.areAscending
    let (rows, labelOfRow) = try ordered(paths, labels, path: path)
    let repeats = paths.count - rows.count
    return ImageList(
      root: folder, layout: .list, labels: kind,
      remarks: repeats == 0 ? [] : ["\(path) repeats \(repeats) paths; each image is recorded once"],
      paths: rows, labelOfRow: labelOfRow, isReordered: !isOrdered)
  }

  /// Returns the paths and labels of the lines that are not empty, with −1 for no label, and the kind of the
  /// labels.
  private static func lines(
    of text: UserText
  ) throws(Failure) -> (PackedStrings, [Int32], Labels) {
    var paths = PackedStrings()
    var labels: [Int32] = []
    var kinds = LabelKinds()
    // Capacity is reserved, so that a million lines need little more memory than their own bytes.
    let count = text.lines.underestimatedCount + 1
    paths.reserve(strings: count, bytes: text.bytes.count)
    labels.reserveCapacity(count)
    var number = 0
    for line in text.lines {
      number += 1
      if line.trimmed.isEmpty { continue }
      let (path, text) = (text.name, try fields(of: line, number, text.name))
      var index: Int32 = -1
      if let written = text.label {
        guard let label = ClassLabel(written) else {
          throw Failure(
            .badData,
            "line \(number) of \(path): '\(EscapedText.escaped(written))' is neither a class index nor a synset of ImageNet"
          )
        }
        try kinds.note(label, line: number, of: path)
        index = label.index
      }
      paths.append(text.path)
      labels.append(index)
    }
    return (paths, labels, kinds.labels)
  }

  /// Splits a line into path and label. A tab always separates them. A space separates them only if an
  /// integer or an ImageNet synset follows it, and an image extension precedes it, because file names may
  /// contain spaces.
  private static func fields(
    of line: ArraySlice<UInt8>, _ number: Int, _ path: String
  ) throws(Failure) -> (path: ArraySlice<UInt8>, label: ArraySlice<UInt8>?) {
    let fields = line.split(separator: 9, omittingEmptySubsequences: false)
    guard fields.count <= 2, !fields[0].isEmpty else {
      throw Failure(
        .badData, "line \(number) of \(path) is not a path, or a path, a tab and a label")
    }
    if fields.count == 2 {
      let label = fields[1].trimmed
      return (fields[0], label.isEmpty ? nil : label)
    }
    let text = line.trimmed
    guard let space = text.lastIndex(of: 32) else { return (line, nil) }
    let (name, last) = (line[..<space].trimmed, text[(space + 1)...])
    let digits = last.first == UInt8(ascii: "-") ? last.dropFirst() : last
    let isLabel =
      !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) } || ClassLabel(last)?.isSynset == true
    return isLabel && ImageNames.isImage(name) ? (line[line.startIndex..<name.endIndex], last) : (line, nil)
  }

  /// Returns the folder that the paths of a list are relative to.
  package static func folder(ofList path: String) -> String {
    PathText.folder(of: path)
  }

  /// Reads the archives of a list of shards, in their order.
  private static func readArchives(
    of paths: PackedStrings, _ labels: [Int32], archives: Int, path: String, folder: String
  ) throws(Failure) -> ImageList {
    guard archives == paths.count, labels.allSatisfy({ $0 < 0 }) else {
      throw Failure(
        .badData,
        "\(path) names tar files, and images or labels as well; list one kind, and no labels of tar files")
    }
    let prefix = folder == "." ? [] : PathText.bytes(of: "\(folder)/")
    return try readArchives(
      (0..<paths.count).map { row in
        let name = paths.utf8(row)
        return name.first == UInt8(ascii: "/") ? Array(name) : prefix + name
      })
  }

  /// Returns the paths in bytewise order without duplicates, with their labels. Returns the given paths if
  /// they are already in that order.
  private static func ordered(
    _ unordered: PackedStrings, _ unorderedLabels: [Int32], path: String
  ) throws(Failure) -> (PackedStrings, [Int32]) {
    if unordered.areAscending { return (unordered, unorderedLabels) }
    var paths = PackedStrings()
    var labels: [Int32] = []
    paths.reserve(strings: unordered.count, bytes: unordered.bytesOfStrings)
    labels.reserveCapacity(unordered.count)
    var last: Int?
    for row in unordered.sorted(0..<unordered.count) {
      if let last, unordered.areEqual(last, row) {
        guard unorderedLabels[last] == unorderedLabels[row] else {
          throw Failure(
            .badData,
            "\(path) gives \(EscapedText.escaped(unordered.utf8(row))) two labels; keep one of the lines")
        }
        continue
      }
      last = row
      paths.append(unordered.utf8(row))
      labels.append(unorderedLabels[row])
    }
    return (paths, labels)
  }
}
