public import Foundation

/// A folder of its own for one test, removed when nobody holds it any more.
public final class TemporaryFolder: Sendable {
  /// The folder.
  public let path: String

  /// Makes the folder.
  ///
  /// - Throws: What making it throws.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "activation-dump-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, making the folders it is in, and gives its path.
  ///
  /// - Throws: What writing throws.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let file = self(name)
    let parent = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// The bytes of every file below a subfolder, by path relative to it.
  ///
  /// - Throws: What reading throws.
  public func files(below name: String) throws -> [String: Data] { try Self.files(in: self(name)) }

  /// The bytes of every file below any folder, by path relative to it.
  ///
  /// - Throws: What reading throws.
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
