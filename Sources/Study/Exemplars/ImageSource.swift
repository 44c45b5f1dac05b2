import Foundation
import Images
import Recording

/// The images of a dump, where they are now.
struct ImageSource: Sendable {
  private let root: String
  /// The list again, for images that are no files of their own.
  private let archived: ImageList?
  /// The row of the list that is row 0 of the dump.
  private let firstRow: Int

  /// Finds the images.
  ///
  /// - Parameters:
  ///   - given: Where the user says they are: what `dump --images` took.
  ///   - manifest: Says where they were when the dump was made.
  /// - Throws: ``RecordingError`` of kind `inputMissing` when nothing is there, and what reading archives throws.
  init(_ given: String?, _ manifest: Manifest) throws(RecordingError) {
    guard let path = given ?? Self.images(in: manifest.arguments) else {
      throw RecordingError(.inputMissing, "the dump does not say where its images are; give --images")
    }
    guard let isDirectory = Disk.isDirectory(path) else {
      throw RecordingError(
        .inputMissing, "the images of the dump are not at \(path) any more; give --images with their place")
    }
    root = isDirectory ? path : (path as NSString).deletingLastPathComponent
    archived = manifest.images.layout == .tar ? try ImageList.read(path) : nil
    firstRow = manifest.shard?.firstRow ?? 0
  }

  private static func images(in arguments: [String]) -> String? {
    for (option, value) in zip(arguments, arguments.dropFirst()) where option == "--images" { return value }
    return arguments.first { $0.hasPrefix("--images=") }.map { String($0.dropFirst("--images=".count)) }
  }

  /// The picture people see of the image of a row.
  ///
  /// - Throws: `ImageError` when the image cannot be opened, ``RecordingError`` when it is not in its archive any more.
  func picture(of path: String, row: Int, _ transform: DisplayTransform) throws -> RGBImage {
    guard let archived else {
      return try transform.picture(of: path.hasPrefix("/") || root.isEmpty ? path : "\(root)/\(path)")
    }
    let place = firstRow + row
    guard place < archived.count, archived.path(ofRow: place) == path else {
      throw RecordingError(
        .inputMissing, "\(path) is not where it was in its archive; give --images with those of the dump")
    }
    return try transform.picture(at: archived.location(ofRow: place))
  }
}
