public import Foundation

/// The tar files among the fixtures.
public enum Archives {
  /// The folder of the archives.
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/archives")
  /// The names of the tar files.
  public static let names = [
    "bytes.tar", "gnu.tar", "links.tar", "nested.tar", "pax.tar", "shard-000000.tar", "ustar.tar",
  ]

  /// The path of an archive.
  public static func path(_ name: String) -> String { folder.appending(path: name).path }

  /// The bytes of an archive.
  public static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }
}
