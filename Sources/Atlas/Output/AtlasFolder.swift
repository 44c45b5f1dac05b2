import Foundation
import Machine

/// The folder of an atlas.
struct AtlasFolder: Sendable {
  let path: String

  /// Says what the folder is from the moment it is one: without it, nothing here is ever removed.
  private static let marker = "atlas.json"
  /// What an atlas consists of. The index comes first when an old atlas is removed and last when one is written.
  private static let names = ["index.html", "missing.js", "layers", "assets", "thumbnails", marker]
  /// The thumbnails of a folder: file systems grow slow with millions of names in one.
  private static let rowsOfFolder = 1000

  /// The thumbnail of a row, relative to the folder.
  static func thumbnail(ofRow row: Int) -> String { "thumbnails/\(folder(ofRow: row))/\(row).jpg" }

  private static func folder(ofRow row: Int) -> String { (row / rowsOfFolder).padded(to: 4) }

  private var place: OutputFolder { OutputFolder(path, Self.kind) }

  private static let kind = OutputFolder.Kind("an atlas", names: names, keeps: [marker]) { _, found, _ in
    guard found.contains(marker) else { return nil }
    // Without an index it is an atlas that nobody finished.
    return found.contains(names[0]) ? .output : .remains
  } refusal: { path, contents in
    guard contents == .output else { return nil }
    return ("\(path) already holds an atlas", "give \(.overwrite) to replace it, or another \(.output)")
  }

  /// Refuses a place that is taken, without touching it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func check(_ existing: ExistingOutput) throws(Failure) { try place.check(existing) }

  /// Makes the folder, or empties it of the atlas that is there.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func prepare(_ existing: ExistingOutput) throws(Failure) {
    try check(existing)
    try place.create()
    try place.clear()
    for folder in ["assets", "layers", "thumbnails"] { try Disk.createDirectory("\(path)/\(folder)") }
  }

  /// Makes the folder of a row's thumbnail, if need be.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func makeThumbnailFolder(ofRow row: Int) throws(Failure) {
    let folder = "\(path)/thumbnails/\(Self.folder(ofRow: row))"
    if Disk.isDirectory(folder) != true { try Disk.createDirectory(folder) }
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

  /// Writes what says that this folder is an atlas, and of what.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func writeMarker(_ contents: AtlasContents) throws(Failure) {
    let text: Data
    do { text = try JSON.encode(contents) } catch {
      throw Failure(.writeFailed, "cannot describe the atlas in \(path): \(error)")
    }
    try write([UInt8](text), to: Self.marker)
  }

  /// Writes the index, which makes the atlas whole: it appears when it and all before it are on the disk.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func finish(index: String) throws(Failure) {
    let file = try AtomicFile("\(path)/index.html")
    try file.append(Array(index.utf8))
    try file.commit()
  }
}

/// `atlas.json`: what an atlas is of.
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
  /// The major version of the Pillow whose pixels thumbnails have.
  var pillow: Int
  /// The images of the recording, those that have a thumbnail, and those that should have one and could not be read.
  var images: Int, thumbnails: Int?, missing: Int?
  var layers: [Layer]
}
