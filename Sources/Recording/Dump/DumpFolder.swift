import Foundation

/// The folder of a dump.
struct DumpFolder: Sendable {
  let path: String

  var manifest: String { path + "/manifest.json" }
  var imagesTable: String { path + "/images.tsv" }
  static let logits = "logits.npy"
  static func activations(of layer: String) -> String { "activations/\(layer).npy" }

  /// Refuses a place that is taken, without touching it.
  ///
  /// - Throws: ``RecordingError`` of kind `cannotCreate`.
  func check(overwriting: Bool) throws(RecordingError) {
    guard let isDirectory = Disk.isDirectory(path) else { return }
    guard isDirectory else {
      throw RecordingError(.cannotCreate, "\(path) is a file; give --output the name of a folder to make")
    }
    guard let contents = try? FileManager.default.contentsOfDirectory(atPath: path), !contents.isEmpty else {
      return
    }
    guard contents.contains("manifest.json") else {
      throw RecordingError(
        .cannotCreate, "\(path) holds something other than a dump; give --output the name of a new folder")
    }
    guard overwriting else {
      throw RecordingError(
        .cannotCreate, "\(path) already holds a dump; give --overwrite to replace it, or another --output")
    }
  }

  /// Notices a disk too small for the dump now and not after hours.
  ///
  /// - Throws: ``RecordingError`` of kind `cannotCreate`.
  func check(room bytes: Int) throws(RecordingError) {
    guard let free = Disk.freeBytes(at: path), free < bytes else { return }
    throw RecordingError(
      .cannotCreate,
      "the dump takes \(bytes) bytes and \(path) has room for \(free); make room, or record fewer layers or units"
    )
  }

  /// Makes the folder, without what an earlier dump left there.
  ///
  /// - Throws: ``RecordingError`` of kind `cannotCreate`.
  func create() throws(RecordingError) {
    // The manifest goes first: without it, whatever is left is not a dump.
    for name in ["manifest.json", "images.tsv", Self.logits, "activations"] {
      let item = "\(path)/\(name)"
      guard Disk.isDirectory(item) != nil else { continue }
      do { try FileManager.default.removeItem(atPath: item) } catch {
        throw RecordingError(.cannotCreate, "cannot remove \(item): \(error.localizedDescription)")
      }
    }
    try Disk.createDirectory(path + "/activations")
  }
}
