public import Machine

/// Why an image file cannot be used.
public struct ImageError: Explained, Hashable {
  /// What is wrong, as far as it decides whether to go on without the image.
  public enum Fault: Hashable, Sendable {
    /// There is no such file.
    case missing
    /// The file exists but cannot be read: permissions, a folder, a failing disk.
    case unreadable
    /// This process, or the system, has too many files open: no fault of the file, and no reason to go on without it.
    case tooManyFiles
    /// The file is not an image, or a damaged one.
    case badData
    /// The image is intact as far as seen, but larger than this program agrees to decode.
    case tooLarge
  }

  /// The file, as it was named.
  public let path: String
  /// What is wrong.
  public let fault: Fault
  /// The same in words, with what to do where there is something to do.
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

  /// The file and what is wrong, in one sentence.
  public var sentence: Sentence { "\(path): \(reason)" }
}
