import Foundation
import Images
import Recording

/// The images of a dump, where they are now.
struct ImageSource: Sendable {
  private let root: String

  /// Finds the images.
  ///
  /// - Parameters:
  ///   - given: Where the user says they are: what `dump --images` took.
  ///   - manifest: Says where they were when the dump was made.
  /// - Throws: ``RecordingError`` of kind `inputMissing` when nothing is there.
  init(_ given: String?, _ manifest: Manifest) throws(RecordingError) {
    guard let path = given ?? Self.images(in: manifest.arguments) else {
      throw RecordingError(.inputMissing, "the dump does not say where its images are; give --images")
    }
    guard let isDirectory = Disk.isDirectory(path) else {
      throw RecordingError(
        .inputMissing, "the images of the dump are not at \(path) any more; give --images with their place")
    }
    root = isDirectory ? path : (path as NSString).deletingLastPathComponent
  }

  private static func images(in arguments: [String]) -> String? {
    for (option, value) in zip(arguments, arguments.dropFirst()) where option == "--images" { return value }
    return arguments.first { $0.hasPrefix("--images=") }.map { String($0.dropFirst("--images=".count)) }
  }

  /// The picture people see of an image.
  ///
  /// - Throws: `ImageError` when the image cannot be opened.
  func picture(of path: String, _ transform: DisplayTransform) throws(ImageError) -> RGBImage {
    try transform.picture(of: path.hasPrefix("/") || root.isEmpty ? path : "\(root)/\(path)")
  }
}
