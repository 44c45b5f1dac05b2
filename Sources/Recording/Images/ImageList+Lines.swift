import Foundation

extension ImageList {
  /// Reads a text file of paths.
  static func readList(_ path: String) throws(RecordingError) -> ImageList {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RecordingError(.inputMissing, "cannot read \(path): \(Disk.lastError)")
    }
    let bytes = [UInt8](data)
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw RecordingError(
        .badData, "\(path) is neither a folder nor a text file of image paths; for one image, give its folder"
      )
    }
    return try parse(text, path: path)
  }

  /// Reads the lines of a list: `path`, or `path TAB label`.
  package static func parse(_ text: String, path: String) throws(RecordingError) -> ImageList {
    var rows: [(path: String, label: Int32)] = []
    // By bytes: to a String, CR LF is one character and not an LF.
    for (index, bytes) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      let line = Substring(bytes.last == 13 ? bytes.dropLast() : bytes)
      if line.isEmpty { continue }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count <= 2, !fields[0].isEmpty else {
        throw RecordingError(
          .badData, "line \(index + 1) of \(path) is not a path, or a path, a tab and a label")
      }
      var label: Int32 = -1
      if fields.count == 2 && !fields[1].isEmpty {
        guard let number = Int32(fields[1]), number >= 0 else {
          throw RecordingError(.badData, "line \(index + 1) of \(path): '\(fields[1])' is not a class index")
        }
        label = number
      }
      rows.append((String(fields[0]), label))
    }
    return try list(of: rows, path: path)
  }

  private static func list(
    of unordered: [(path: String, label: Int32)], path: String
  ) throws(RecordingError) -> ImageList {
    let rows = unordered.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    guard !rows.isEmpty else { throw RecordingError(.inputMissing, "\(path) lists no images") }
    var paths = PackedStrings()
    var labels: [Int32] = []
    for (index, row) in rows.enumerated() {
      if index > 0, rows[index - 1].path.utf8.elementsEqual(row.path.utf8) {
        guard rows[index - 1].label == row.label else {
          throw RecordingError(.badData, "\(path) gives \(row.path) two labels; keep one of the lines")
        }
        continue
      }
      paths.append(Array(row.path.utf8))
      labels.append(row.label)
    }
    let repeats = rows.count - paths.count
    let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    return ImageList(
      root: directory.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : directory, layout: .list,
      labels: labels.contains { $0 >= 0 } ? .given : .none,
      remarks: repeats == 0 ? [] : ["\(path) repeats \(repeats) paths; each image is recorded once"],
      paths: paths, labelOfRow: labels)
  }
}
