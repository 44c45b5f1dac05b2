public import Foundation

/// A separate folder for one test. It is removed when the last reference to it is released.
public final class TemporaryFolder: Sendable {
  /// The folder.
  public let path: String

  /// Creates the folder.
  ///
  /// - Throws: The error of creating the folder.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "activation-dump-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Returns the path of a file in the folder.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, creates its missing parent folders, and returns its path.
  ///
  /// - Throws: The error of writing the file.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let file = self(name)
    let parent = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Returns the bytes of every file below a subfolder, by path relative to the subfolder.
  ///
  /// - Throws: The error of reading.
  public func files(below name: String) throws -> [String: Data] { try Self.files(in: self(name)) }

  /// Returns the bytes of every file below any folder, by path relative to the folder.
  ///
  /// - Throws: The error of reading.
  public static func files(in root: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for item in try FileManager.default.subpathsOfDirectory(atPath: root) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(root)/\(item)", isDirectory: &isFolder)
      if !isFolder.boolValue { files[item] = try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(item)")) }
    }
    return files
  }
}
