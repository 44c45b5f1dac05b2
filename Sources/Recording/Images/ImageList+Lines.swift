import Foundation

extension ImageList {
  /// Reads a text file of paths: of images, or of tar files.
  static func readList(_ path: String) throws(RecordingError) -> ImageList {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RecordingError(.inputMissing, "cannot read \(path): \(Disk.lastError)")
    }
    let bytes = [UInt8](data)
    guard !bytes.contains(0) else {
      throw RecordingError(
        .badData,
        "\(path) is neither a folder, a tar file nor a text file of image paths; for one image, give its folder"
      )
    }
    return try parse(bytes, path: path)
  }

  /// Reads the lines of a list, as text.
  package static func parse(_ text: String, path: String) throws(RecordingError) -> ImageList {
    try parse(Array(text.utf8), path: path)
  }

  /// Reads the lines of a list: `path`, or `path TAB label`.
  package static func parse(_ text: [UInt8], path: String) throws(RecordingError) -> ImageList {
    let (paths, labels) = try lines(of: text, path: path)
    guard paths.count > 0 else { throw RecordingError(.inputMissing, "\(path) lists no images") }
    let archives = (0..<paths.count).count { ImageNames.isArchive(paths.utf8($0)) }
    guard archives == 0 else { return try readArchives(of: paths, labels, archives: archives, path: path) }
    let (rows, labelOfRow) = try ordered(paths, labels, path: path)
    let repeats = paths.count - rows.count
    return ImageList(
      root: folder(ofList: path), layout: .list,
      labels: labelOfRow.contains { $0 >= 0 } ? .given : .none,
      remarks: repeats == 0 ? [] : ["\(path) repeats \(repeats) paths; each image is recorded once"],
      paths: rows, labelOfRow: labelOfRow)
  }

  /// The paths and labels of the lines that have any, −1 for no label.
  private static func lines(
    of text: [UInt8], path: String
  ) throws(RecordingError) -> (PackedStrings, [Int32]) {
    var paths = PackedStrings()
    var labels: [Int32] = []
    // A million lines are read in little more memory than they take.
    let lines = text.count { $0 == 10 } + 1
    paths.reserve(strings: lines, bytes: text.count)
    labels.reserveCapacity(lines)
    var (number, next) = (0, 0)
    while next < text.count {
      let rest = text[next...]
      let bytes = rest[..<(rest.firstIndex(of: 10) ?? text.count)]
      number += 1
      next = bytes.endIndex + 1
      let line = bytes.last == 13 ? bytes.dropLast() : bytes
      if line.isEmpty { continue }
      let fields = line.split(separator: 9, omittingEmptySubsequences: false)
      guard fields.count <= 2, !fields[0].isEmpty else {
        throw RecordingError(
          .badData, "line \(number) of \(path) is not a path, or a path, a tab and a label")
      }
      var label: Int32 = -1
      if fields.count == 2 && !fields[1].isEmpty {
        guard let index = Int32(String(decoding: fields[1], as: UTF8.self)), index >= 0 else {
          throw RecordingError(
            .badData, "line \(number) of \(path): '\(ImagesTable.escaped(fields[1]))' is not a class index"
          )
        }
        label = index
      }
      paths.append(fields[0])
      labels.append(label)
    }
    return (paths, labels)
  }

  /// The folder that a list's paths are relative to.
  static func folder(ofList path: String) -> String {
    let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    return directory.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : directory
  }

  /// A list of shards, in their order.
  private static func readArchives(
    of paths: PackedStrings, _ labels: [Int32], archives: Int, path: String
  ) throws(RecordingError) -> ImageList {
    guard archives == paths.count, labels.allSatisfy({ $0 < 0 }) else {
      throw RecordingError(
        .badData,
        "\(path) names tar files, and images or labels as well; list one kind, and no labels of tar files")
    }
    let folder = folder(ofList: path)
    let prefix = folder == "." ? [] : Array("\(folder)/".utf8)
    return try readArchives(
      (0..<paths.count).map { row in
        let name = paths.utf8(row)
        return name.first == UInt8(ascii: "/") ? Array(name) : prefix + name
      })
  }

  /// The paths in bytewise order, each once, with their labels; those given where they are in that order already.
  private static func ordered(
    _ unordered: PackedStrings, _ unorderedLabels: [Int32], path: String
  ) throws(RecordingError) -> (PackedStrings, [Int32]) {
    if unordered.areAscending { return (unordered, unorderedLabels) }
    var paths = PackedStrings()
    var labels: [Int32] = []
    paths.reserve(strings: unordered.count, bytes: unordered.bytesOfStrings)
    labels.reserveCapacity(unordered.count)
    var last: Int?
    for row in unordered.sorted(0..<unordered.count) {
      if let last, unordered.areEqual(last, row) {
        guard unorderedLabels[last] == unorderedLabels[row] else {
          throw RecordingError(
            .badData,
            "\(path) gives \(ImagesTable.escaped(unordered.utf8(row))) two labels; keep one of the lines")
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
