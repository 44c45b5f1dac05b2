import Datasets
package import Images
package import Machine

/// Where the images of a dump are now.
package struct ImageFiles: Sendable {
  private let images: RecordedImages
  /// The folder that paths begin at.
  private let root: [UInt8]
  /// The list again, for images that are no files of their own.
  private let archived: ImageList?
  /// The row of the list that is row 0 of the dump.
  private let firstRow: Int

  /// Finds the images.
  ///
  /// - Parameters:
  ///   - dump: The dump, which says where they were when it was made.
  ///   - given: Where the user says they are now: what `dump --images` took.
  /// - Throws: ``Failure`` of kind `inputMissing` when nothing is there, and what reading archives throws.
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

  /// Where the bytes of the image of a row are.
  ///
  /// - Throws: ``Failure`` when the archives given hold something else there.
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
