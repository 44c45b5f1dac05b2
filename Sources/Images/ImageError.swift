/// An error about an image file that cannot be used.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of error, which determines the exit code.
  public enum Kind: Hashable, Sendable {
    /// The file does not exist.
    case missing
    /// The file exists but cannot be read: permissions, a directory, a failing disk.
    case unreadable
    /// This process, or the system, has too many open files. The file is not at fault, so it must not be
    /// skipped.
    case tooManyFiles
    /// The file is not an image, or is damaged.
    case badData
    /// The image is larger than this program decodes. As far as it was read, it is intact.
    case tooLarge
  }

  /// The name of the file, as given by the caller.
  public let path: String
  /// The kind of error.
  public let kind: Kind
  /// The reason in words, with a remedy where one exists.
  public let reason: String

  /// Creates an error about one file.
  public init(path: String, kind: Kind, reason: String) {
    (self.path, self.kind, self.reason) = (path, kind, reason)
  }

  /// The file and the reason, in one sentence.
  public var description: String { "\(path): \(reason)" }
}
