public import Machine

/// An error about an image file that cannot be used.
public struct ImageError: Explained, Hashable {
  /// The fault, as far as it decides whether to go on without the image.
  public enum Fault: Hashable, Sendable {
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
  /// The fault.
  public let fault: Fault
  /// The reason in words, with a remedy where one exists.
  public let reason: String

  /// Creates an error about one file.
  public init(path: String, fault: Fault, reason: String) {
    (self.path, self.fault, self.reason) = (path, fault, reason)
  }

  /// The class of failure.
  public var kind: Failure.Kind {
    switch fault {
    case .missing: .inputMissing
    case .unreadable, .tooManyFiles: .inputUnreadable
    case .badData, .tooLarge: .badData
    }
  }

  /// The file and the reason, in one sentence.
  public var sentence: Sentence { "\(path): \(reason)" }
}
