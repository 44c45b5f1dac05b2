import Foundation
import Models

extension ImageList {
  /// Finds images: in a folder of class folders, a folder of images, tar files, or by a text file of paths.
  ///
  /// A folder is read in torchvision's order: class folders sorted bytewise, within each the folders below it sorted
  /// by path, and files sorted by name. A folder without images that holds tar files stands for these. The lines of
  /// a list are `path` or `path TAB label`, with paths relative to the list's own folder; rows are sorted bytewise by
  /// path, each path once. Several archives are named by braces as in shells (`train-{000..146}.tar`), or one after another
  /// with `::` between.
  ///
  /// - Throws: ``RecordingError``, `inputMissing` or `badData`; `usage` for a pattern of too many names.
  public static func read(_ path: String) throws(RecordingError) -> ImageList {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if let isDirectory = Disk.isDirectory(path) {
      if isDirectory { return try readFolder(path) }
      return try isArchive(path) ? readArchives([Array(path.utf8)]) : readList(path)
    }
    var shards: [String] = []
    for part in path.split(separator: "::").map(String.init) {
      shards += Disk.isDirectory(part) == nil ? try BracePattern.expand(part) : [part]
    }
    if shards == [path] || shards.isEmpty {
      throw RecordingError(
        .inputMissing, "there is no file or folder \(path); give --images a folder, an archive or a list")
    }
    return try readArchives(shards.map { Array($0.utf8) })
  }

  /// The same images, named so that they are found from any working directory.
  static func absolute(_ path: String) -> String {
    let parts = Disk.isDirectory(path) == nil ? path.split(separator: "::").map(String.init) : [path]
    return parts.map { URL(fileURLWithPath: $0).standardizedFileURL.path }.joined(separator: "::")
  }

  /// Whether a file is an archive rather than a list.
  private static func isArchive(_ path: String) throws(RecordingError) -> Bool {
    let bytes = Array(path.utf8)
    guard Disk.isRegularFile(path) else { return false }
    if ImageNames.isArchive(bytes[...]) { return true }
    let source = try ByteSource(bytes)
    var window = ByteWindow(source, 0..<source.count)
    return ArchiveScan.recognises(try window.read(at: 0, count: min(TarHeader.size, source.count)) ?? [])
  }

  private static func readFolder(_ root: String) throws(RecordingError) -> ImageList {
    let directory = Array(root.utf8)
    let entries = try Disk.entries(of: directory)
    var paths = PackedStrings()
    var rowsOfClass: [(name: [UInt8], rows: Int)] = []
    for entry in entries where entry.isDirectory(in: directory) {
      let before = paths.count
      try collect(root: directory, folder: entry.name, into: &paths)
      if paths.count > before { rowsOfClass.append((entry.name, paths.count - before)) }
    }
    let files = entries.filter { ImageNames.isImage($0.name[...]) && !$0.isDirectory(in: directory) }
    guard rowsOfClass.isEmpty else {
      let remark =
        "\(files.count) images directly in \(root) are left out: it has class folders, and only what is in them"
        + " is recorded"
      return classified(
        root: root, rowsOfClass: rowsOfClass, remarks: files.isEmpty ? [] : [remark], paths: paths)
    }
    for file in files { paths.append(file.name[...]) }
    if paths.count == 0 {
      let archives = entries.filter { ImageNames.isArchive($0.name[...]) && !$0.isDirectory(in: directory) }
      guard !archives.isEmpty else {
        let extensions = ImageNames.extensions.map { ".\($0)" }.joined(separator: " ")
        throw RecordingError(
          .inputMissing, "there are no images in \(root) (\(extensions)) and no .tar files")
      }
      return try readArchives(archives.map { directory + [UInt8(ascii: "/")] + $0.name })
    }
    return ImageList(
      root: root, layout: .flat, labels: .none, paths: paths,
      labelOfRow: [Int32](repeating: -1, count: paths.count))
  }

  private static func classified(
    root: String, rowsOfClass: [(name: [UInt8], rows: Int)], remarks: [String], paths: PackedStrings
  ) -> ImageList {
    let indexOfSynset = Dictionary(
      uniqueKeysWithValues: ImageNet.synsets.enumerated().map { ($0.element, $0.offset) })
    let classes = rowsOfClass.map { ImagesTable.escaped($0.name[...]) }
    let known = classes.compactMap { indexOfSynset[$0] }
    let isImageNet = known.count == rowsOfClass.count
    var labelOfRow: [Int32] = []
    labelOfRow.reserveCapacity(paths.count)
    for (folder, item) in rowsOfClass.enumerated() {
      let label = Int32(isImageNet ? known[folder] : folder)
      labelOfRow.append(contentsOf: repeatElement(label, count: item.rows))
    }
    return ImageList(
      root: root, layout: .folders, labels: isImageNet ? .imagenet : .folders, classes: classes,
      remarks: remarks,
      paths: paths, labelOfRow: labelOfRow)
  }

  /// Adds the images of a folder, then those of the folders below it: the order of Python's sorted `os.walk`.
  private static func collect(
    root: [UInt8], folder: [UInt8], into paths: inout PackedStrings
  ) throws(RecordingError) {
    let slash = [UInt8(ascii: "/")]
    var pending: [(folder: [UInt8], ancestors: [FileIdentity])] = [(folder, [])]
    var found: [(folder: [UInt8], files: [[UInt8]])] = []
    while let (folder, ancestors) = pending.popLast() {
      let directory = root + slash + folder
      // A link to a folder above this one would go round for ever.
      guard let identity = FileIdentity(directory), !ancestors.contains(identity) else { continue }
      var files: [[UInt8]] = []
      for entry in try Disk.entries(of: directory) {
        if entry.isDirectory(in: directory) {
          pending.append((folder + slash + entry.name, ancestors + [identity]))
        } else if ImageNames.isImage(entry.name[...]) {
          files.append(entry.name)
        }
      }
      found.append((folder, files))
    }
    for (folder, files) in found.sorted(by: { $0.folder.lexicographicallyPrecedes($1.folder) }) {
      for file in files { paths.append(folder, slash, file) }
    }
  }
}

/// What makes two paths the same directory.
private struct FileIdentity: Equatable {
  let device: UInt
  let node: UInt

  init?(_ path: [UInt8]) {
    var status = Foundation.stat()
    guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
    (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}
