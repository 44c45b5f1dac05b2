import Formats
import Foundation
package import Machine

extension ImageList {
  /// Finds images in a folder of class folders, a folder of images, tar files, or a text of paths.
  ///
  /// A folder is read in torchvision's order: class folders sorted bytewise; within each class, subfolders
  /// sorted by path and files sorted by name. A folder that contains tar files and no images means these tar
  /// files. The lines of a list are `path`, `path TAB label` or `path label`. Paths are relative to the
  /// folder of the list, or to the working directory if the list comes from a pipe or standard input (`-`).
  /// Rows are sorted bytewise by path, without duplicates. Several archives are given with braces as in
  /// shells (`train-{000..146}.tar`), or separated by `::`.
  ///
  /// - Parameters:
  ///   - path: The path of the folder, archive or list.
  ///   - imageKeys: The extensions that mark the image of a WebDataset sample. The first extension that a
  ///     sample has is used. If empty, a sample must have a single image.
  /// - Returns: The images.
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`; `usage` for a pattern of too many names, or
  ///   for keys without archives.
  package static func read(_ path: String, imageKeys: [String] = []) throws(Failure) -> ImageList {
    let list = try read(path, keys: imageKeys.map { Array($0.utf8) })
    guard imageKeys.isEmpty || list.layout == .tar else {
      throw Failure(
        .usage,
        "\(.imageKey) chooses among the members of samples in tar files, and \(path) is none",
        remedy: "leave it out")
    }
    return list
  }

  private static func read(_ path: String, keys: [[UInt8]]) throws(Failure) -> ImageList {
    let path = PathText.withoutTrailingSlash(path)
    if path == UserText.standardInput { return try readList(path) }
    if let isDirectory = Disk.isDirectory(path) {
      if isDirectory { return try readFolder(path, keys) }
      return try isArchive(path) ? readArchives([PathText.bytes(of: path)], imageKeys: keys) : readList(path)
    }
    let reason = errno == ENOENT || errno == ENOTDIR ? nil : Disk.lastError
    var shards: [String] = []
    for part in path.split(separator: "::").map(String.init) {
      shards += Disk.isDirectory(part) == nil ? try BracePattern.expand(part) : [part]
    }
    if shards == [path] || shards.isEmpty {
      if let reason { throw Failure(.inputMissing, "cannot read \(path): \(reason)") }
      throw Failure(
        .inputMissing, "there is no file or folder \(path)",
        remedy: "give \(.images) a folder, an archive or a list")
    }
    return try readArchives(shards.map { PathText.bytes(of: $0) }, imageKeys: keys)
  }

  /// Returns the source of the images as an absolute path, which is valid in any working directory. For a
  /// list from a pipe, it is the folder that the paths are relative to.
  package static func source(_ path: String) -> [UInt8] {
    guard path != UserText.standardInput, Disk.isDirectory(path) != false || Disk.isRegularFile(path) else {
      return absolute([])
    }
    let parts = Disk.isDirectory(path) == nil ? path.split(separator: "::").map(String.init) : [path]
    return Array(parts.map { absolute(PathText.bytes(of: $0)) }.joined(separator: Array("::".utf8)))
  }

  /// Returns an absolute path. Leading `..` components are resolved as text, because the path of the working
  /// directory contains no symbolic links. Later `..` components stay, because they may follow a link.
  private static func absolute(_ path: [UInt8]) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let (here, above) = (Array(".".utf8)[...], Array("..".utf8)[...])
    var parts = path.split(separator: slash).filter { $0 != here }[...]
    var folder: [ArraySlice<UInt8>] = []
    if path.first != slash, let directory = Disk.workingDirectory {
      folder = directory.split(separator: slash)
      while parts.first == above {
        _ = folder.popLast()
        parts = parts.dropFirst()
      }
    }
    return [slash] + (folder + parts).joined(separator: [slash])
  }

  /// Whether a file is an archive, rather than a list.
  private static func isArchive(_ path: String) throws(Failure) -> Bool {
    let bytes = PathText.bytes(of: path)
    guard Disk.isRegularFile(path) else { return false }
    if ImageNames.isArchive(bytes[...]) { return true }
    let source = try ByteSource(bytes)
    var window = ByteWindow(source, 0..<source.count)
    return ArchiveScan.recognises(try window.read(at: 0, count: min(TarHeader.size, source.count)) ?? [])
  }

  private static func readFolder(_ root: String, _ keys: [[UInt8]]) throws(Failure) -> ImageList {
    let directory = PathText.bytes(of: root)
    var paths = PackedStrings()
    var rowsOfClass: [(name: [UInt8], rows: Int)] = []
    var (empty, files, archives): ([[UInt8]], [[UInt8]], [[UInt8]]) = ([], [], [])
    for entry in try Disk.entries(of: directory) {
      guard try entry.isFolder(in: directory, isNamedAsFile: ImageNames.isImage(entry.name[...])) else {
        if ImageNames.isImage(entry.name[...]) { files.append(entry.name) }
        if ImageNames.isArchive(entry.name[...]) { archives.append(entry.name) }
        continue
      }
      let before = paths.count
      try collect(root: directory, folder: entry.name, into: &paths)
      if paths.count > before {
        rowsOfClass.append((entry.name, paths.count - before))
      } else {
        empty.append(entry.name)
      }
    }
    guard rowsOfClass.isEmpty else {
      var remarks = FoundNames.remarks(onClasses: rowsOfClass.map(\.name), empty: empty)
      if !files.isEmpty {
        remarks.append(
          "\(files.count) images directly in \(root) are left out: it has class folders, and only what is in them is"
            + " recorded")
      }
      remarks += FoundNames.remarks(onHidden: paths)
      return classified(root: root, rowsOfClass: rowsOfClass, remarks: remarks, paths: paths)
    }
    for file in files { paths.append(file[...]) }
    if paths.count == 0 {
      guard !archives.isEmpty else {
        let extensions = ImageNames.extensions.map { ".\($0)" }.joined(separator: " ")
        throw Failure(
          .inputMissing, "there are no images in \(root) (\(extensions)) and no .tar files")
      }
      return try readArchives(archives.map { directory + [UInt8(ascii: "/")] + $0 }, imageKeys: keys)
    }
    return ImageList(
      root: root, layout: .flat, labels: .none, remarks: FoundNames.remarks(onHidden: paths), paths: paths,
      labelOfRow: [Int32](repeating: -1, count: paths.count))
  }

  private static func classified(
    root: String, rowsOfClass: [(name: [UInt8], rows: Int)], remarks: [Sentence], paths: PackedStrings
  ) -> ImageList {
    let indexOfSynset = Dictionary(
      uniqueKeysWithValues: ImageNet.synsets.enumerated().map { ($0.element, $0.offset) })
    let classes = rowsOfClass.map { EscapedText.escaped($0.name[...]) }
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

  /// Adds the images of a folder, then those of its subfolders, in the order of Python's sorted `os.walk`.
  private static func collect(
    root: [UInt8], folder: [UInt8], into paths: inout PackedStrings
  ) throws(Failure) {
    let slash = [UInt8(ascii: "/")]
    var pending: [(folder: [UInt8], ancestors: [FileIdentity])] = [(folder, [])]
    var found: [(folder: [UInt8], files: [[UInt8]])] = []
    while let (folder, ancestors) = pending.popLast() {
      let directory = root + slash + folder
      guard let identity = FileIdentity(directory) else { throw Disk.unreadable(directory) }
      // A link to an ancestor folder would cause an infinite loop.
      if ancestors.contains(identity) { continue }
      var files: [[UInt8]] = []
      for entry in try Disk.entries(of: directory) {
        if try entry.isFolder(in: directory, isNamedAsFile: ImageNames.isImage(entry.name[...])) {
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

/// The identity of a directory, which is the same for all paths to it.
private struct FileIdentity: Equatable {
  let device: UInt
  let node: UInt

  init?(_ path: [UInt8]) {
    var status = Foundation.stat()
    guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
    (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}
