import Formats
import Machine

/// An error while a checkpoint is read, written or downloaded.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
  /// The kind of error, which determines the user's remedy.
  public enum Kind: Sendable, Hashable {
    /// The file does not exist (exit code 66).
    case missing
    /// The file or its server exists but cannot be read (66).
    case unreadable
    /// The file is not of its claimed format, or differs from the expected file (65).
    case badData
    /// The output cannot be created (73).
    case cannotCreate
    /// A write failed, for example because the disk is full (74).
    case writeFailed
    /// The network failed; running the same command again resumes the download (75).
    case interrupted
  }

  /// The path of the file, or its address.
  public let path: String
  /// The reason in one sentence, without the path.
  public let reason: String
  /// The kind of error.
  public let kind: Kind

  /// Creates an error about one file.
  public init(path: String, reason: String, kind: Kind) {
    self.path = path
    self.reason = reason
    self.kind = kind
  }

  /// The path and the reason.
  public var description: String { "\(path): \(reason)" }
}

extension CheckpointError {
  /// Creates the error for an input that cannot be opened or read.
  init(_ error: FileError) {
    self.init(path: error.path, reason: error.reason, kind: error.isMissing ? .missing : .unreadable)
  }

  init(_ error: Malformed, in path: String) {
    self.init(path: path, reason: error.reason, kind: .badData)
  }
}
