import Datasets
package import Images
package import Machine

/// The current locations of the images of a dump.
package struct ImageFiles: Sendable {
  private let images: RecordedImages
  /// The folder that paths are relative to.
  private let root: [UInt8]
  /// The list, read again, for images inside archives.
  private let archived: ImageList?
  /// The row of the list that is row 0 of the dump.
  private let firstRow: Int

  /// Locates the images.
  ///
  /// - Parameters:
  ///   - dump: The dump, which names their location at the time it was made.
  ///   - given: Their current location as the user gave it, in any form that `dump --images` takes.
  /// - Throws: ``Failure`` of kind `inputMissing` when that location does not exist, and the errors of
  ///   reading archives.
  package init(of dump: RecordedDump, at given: String? = nil) throws(Failure) {
    guard let path = given ?? dump.manifest.images.place else {
      throw Failure(
        .inputMissing, "\(dump.path) does not say where its images are", remedy: "give \(.images)")
    }
    images = dump.images
    firstRow = dump.manifest.shard?.firstRow ?? 0
    guard dump.manifest.images.layout != .tar else {
      let keys = dump.manifest.images.imageKeys ?? []
      (root, archived) = ([], try ImageList.read(path, imageKeys: keys))
      return
    }
    guard let isDirectory = Disk.isDirectory(path) else {
      guard given == nil else {
        throw Failure(
          .inputMissing, "there is no file or folder \(path)",
          remedy: "give \(.images) what '\(.dump, with: .images)' was given")
      }
      throw Failure(
        .inputMissing, "the images of \(dump.path) are not at \(path) any more",
        remedy: "give \(.images) with their place")
    }
    (root, archived) = (PathText.bytes(of: isDirectory ? path : ImageList.folder(ofList: path)), nil)
  }

  /// Returns the location of the bytes of a row's image.
  ///
  /// - Throws: ``Failure`` when the given archives hold another image at that row.
  package func location(ofRow row: Int) throws(Failure) -> ImageLocation {
    guard let archived else { return images.table.location(ofRow: row, in: root) }
    let path = images.bytes(ofRow: row)
    let place = firstRow + row
    guard place < archived.count, archived.bytes(ofRow: place).elementsEqual(path) else {
      throw Failure(
        .inputMissing,
        "\(EscapedText.escaped(path)) is not where it was in its archive",
        remedy: "give \(.images) with those of the dump"
      )
    }
    return archived.location(ofRow: place)
  }
}
