import Foundation
import Models

extension ImageList {
  /// The extensions torchvision's `ImageFolder` takes for images, whatever their case. Rows then match its rows; a
  /// file this program cannot decode is reported as such rather than silently left out.
  private static let extensions = [
    "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
  ].map { Array(".\($0)".utf8) }

  /// Finds the images of a folder of class folders, a folder of images, or a text file of paths.
  ///
  /// A folder is read in torchvision's order: class folders sorted bytewise, within each the folders below it sorted
  /// by path, and files sorted by name. The lines of a list are `path` or `path TAB label`, with paths relative to
  /// the list's own folder; rows are sorted bytewise by path, each path once.
  ///
  /// - Throws: ``RecordingError``, `inputMissing` or `badData`.
  public static func read(_ path: String) throws(RecordingError) -> ImageList {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let isDirectory = Disk.isDirectory(path) else {
      throw RecordingError(
        .inputMissing, "there is no file or folder \(path); give --images a folder or a list")
    }
    return isDirectory ? try readFolder(path) : try readList(path)
  }

  private static func readFolder(_ root: String) throws(RecordingError) -> ImageList {
    let entries = try Disk.entries(of: root)
    var paths = PackedStrings()
    var rowsOfClass: [(name: String, rows: Int)] = []
    for entry in entries where entry.isDirectory(in: root) {
      let name = try text(entry.name, in: root)
      let before = paths.count
      try collect(root: root, folder: name, ancestors: [], into: &paths)
      if paths.count > before { rowsOfClass.append((name, paths.count - before)) }
    }
    let files = entries.filter { isImage($0.name) && !$0.isDirectory(in: root) }
    guard rowsOfClass.isEmpty else {
      let remark =
        "\(files.count) images directly in \(root) are left out: it has class folders, and only what is in them"
        + " is recorded"
      return classified(
        root: root, rowsOfClass: rowsOfClass, remarks: files.isEmpty ? [] : [remark], paths: paths)
    }
    for file in files {
      _ = try text(file.name, in: root)
      paths.append(file.name)
    }
    guard paths.count > 0 else {
      throw RecordingError(
        .inputMissing,
        "there are no images in \(root) (\(extensions.map { text($0) }.joined(separator: " ")))")
    }
    return ImageList(
      root: root, layout: .flat, labels: .none, paths: paths,
      labelOfRow: [Int32](repeating: -1, count: paths.count))
  }

  private static func classified(
    root: String, rowsOfClass: [(name: String, rows: Int)], remarks: [String], paths: PackedStrings
  ) -> ImageList {
    let indexOfSynset = Dictionary(
      uniqueKeysWithValues: ImageNet.synsets.enumerated().map { ($0.element, $0.offset) })
    let known = rowsOfClass.compactMap { indexOfSynset[$0.name] }
    let isImageNet = known.count == rowsOfClass.count
    var labelOfRow: [Int32] = []
    labelOfRow.reserveCapacity(paths.count)
    for (folder, item) in rowsOfClass.enumerated() {
      let label = Int32(isImageNet ? known[folder] : folder)
      labelOfRow.append(contentsOf: repeatElement(label, count: item.rows))
    }
    return ImageList(
      root: root, layout: .folders, labels: isImageNet ? .imagenet : .folders,
      classes: rowsOfClass.map(\.name), remarks: remarks, paths: paths, labelOfRow: labelOfRow)
  }

  /// Adds the images of a folder, then those of the folders below it: the order of Python's sorted `os.walk`.
  private static func collect(
    root: String, folder: String, ancestors: [FileIdentity], into paths: inout PackedStrings
  ) throws(RecordingError) {
    var pending: [(folder: String, ancestors: [FileIdentity])] = [(folder, ancestors)]
    var found: [(folder: String, files: [[UInt8]])] = []
    while let (folder, ancestors) = pending.popLast() {
      let directory = "\(root)/\(folder)"
      // A link to a folder above this one would go round for ever.
      guard let identity = FileIdentity(directory), !ancestors.contains(identity) else { continue }
      var files: [[UInt8]] = []
      for entry in try Disk.entries(of: directory) {
        if entry.isDirectory(in: directory) {
          pending.append(("\(folder)/\(try text(entry.name, in: directory))", ancestors + [identity]))
        } else if isImage(entry.name) {
          _ = try text(entry.name, in: directory)
          files.append(entry.name)
        }
      }
      found.append((folder, files))
    }
    for (folder, files) in found.sorted(by: { $0.folder.utf8.lexicographicallyPrecedes($1.folder.utf8) }) {
      for file in files { paths.append(Array("\(folder)/".utf8), file) }
    }
  }

  private static func isImage(_ name: [UInt8]) -> Bool {
    extensions.contains { suffix in
      name.count >= suffix.count
        && zip(name.suffix(suffix.count), suffix).allSatisfy { byte, wanted in
          byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte + 32 == wanted
        }
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func text(_ name: [UInt8], in directory: String) throws(RecordingError) -> String {
    guard let text = String(validating: name, as: UTF8.self) else {
      throw RecordingError(
        .badData, "a name in \(directory) is not UTF-8 (\(text(name))); rename it, since images.tsv is text")
    }
    return text
  }
}

/// What makes two paths the same directory.
private struct FileIdentity: Equatable {
  let device: UInt
  let node: UInt

  init?(_ path: String) {
    var status = Foundation.stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}
