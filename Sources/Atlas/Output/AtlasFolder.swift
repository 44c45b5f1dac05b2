import Foundation
import Machine

/// The folder of an atlas.
struct AtlasFolder: Sendable {
  let path: String

  /// The file that marks the folder as an atlas from the start. Without this file, nothing in the folder is
  /// ever removed.
  private static let marker = "atlas.json"
  /// The files and folders of an atlas. The index is the first to be removed and the last to be written.
  private static let names = ["index.html", "missing.js", "layers", "assets", "thumbnails", marker]
  /// The number of thumbnails per folder: file systems become slow with millions of names in one folder.
  private static let rowsOfFolder = 1000

  /// Returns the path of a row's thumbnail, relative to the folder.
  static func thumbnail(ofRow row: Int) -> String { "thumbnails/\(folder(ofRow: row))/\(row).jpg" }

  private static func folder(ofRow row: Int) -> String { (row / rowsOfFolder).padded(to: 4) }

  private var place: OutputFolder { OutputFolder(path, Self.kind) }

  private static let kind = OutputFolder.Kind("an atlas", names: names, keeps: [marker]) { _, found, _ in
    guard found.contains(marker) else { return nil }
    // An atlas without an index was not completed.
    return found.contains(names[0]) ? .output : .remains
  } refusal: { path, contents in
    guard contents == .output else { return nil }
    return ("\(path) already holds an atlas", "give \(.overwrite) to replace it, or another \(.output)")
  }

  /// Throws if the folder is occupied. The folder is not changed.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func check(_ existing: ExistingOutput) throws(Failure) { try place.check(existing) }

  /// Creates the folder, or removes the existing atlas from it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func prepare(_ existing: ExistingOutput) throws(Failure) {
    try check(existing)
    try place.create()
    try place.clear()
    for folder in ["assets", "layers", "thumbnails"] { try FileSystem.createFolders("\(path)/\(folder)") }
  }

  /// Creates the folder of a row's thumbnail, if it does not exist.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func makeThumbnailFolder(ofRow row: Int) throws(Failure) {
    let folder = "\(path)/thumbnails/\(Self.folder(ofRow: row))"
    if Disk.isDirectory(folder) != true { try FileSystem.createFolders(folder) }
  }

  /// Writes a file of the atlas.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func write(_ bytes: [UInt8], to name: String) throws(Failure) {
    let path = "\(path)/\(name)"
    let file: Descriptor
    do { file = try Descriptor(path, .replace) } catch {
      throw Failure(.cannotCreate, "cannot create \(path): \(error)")
    }
    try Disk.write(bytes, at: 0, to: file, path: path)
  }

  /// Writes a file of the atlas.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func write(_ text: String, to name: String) throws(Failure) { try write(Array(text.utf8), to: name) }

  /// Writes the marker, which says that this folder is an atlas, and of which dump.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func writeMarker(_ contents: AtlasContents) throws(Failure) {
    let text: Data
    do { text = try JSON.encode(contents) } catch {
      throw Failure(.writeFailed, "cannot describe the atlas in \(path): \(error)")
    }
    try write([UInt8](text), to: Self.marker)
  }

  /// Writes the index, which completes the atlas. The index appears only when it and all other files are on
  /// the disk.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func finish(index: String) throws(Failure) {
    let file = try AtomicFile("\(path)/index.html")
    try file.append(Array(index.utf8))
    try file.commit()
  }
}

/// `atlas.json`: the origin and the contents of an atlas.
struct AtlasContents: Encodable, Sendable {
  /// A layer and its page.
  struct Layer: Encodable, Sendable {
    var name: String
    var page: String
    var units: Int
  }

  var schema = 1
  var tool = "activation-dump \(toolVersion)"
  var model: String
  /// The major version of the Pillow whose pixels are reproduced in thumbnails.
  var pillow: Int
  /// The number of images of the recording, of images with a thumbnail, and of images whose thumbnail is
  /// missing because they could not be read.
  var images: Int, thumbnails: Int?, missing: Int?
  var layers: [Layer]
}
