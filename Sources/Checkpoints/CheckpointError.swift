import Formats
import Machine

/// A checkpoint could not be read, written or fetched.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, by what the user can do about it.
  public enum Kind: Sendable, Hashable {
    /// There is no such file (exit code 66).
    case missing
    /// The file is there, or its server, and does not give it (66).
    case unreadable
    /// The file is not what it claims to be, or not what was expected (65).
    case badData
    /// An output cannot be created (73).
    case cannotCreate
    /// A write failed: the disk is full (74).
    case writeFailed
    /// The network failed; the same again goes on (75).
    case interrupted
  }

  /// The file or address concerned.
  public let path: String
  /// One sentence, without the path.
  public let reason: String
  /// The class of the fault.
  public let kind: Kind

  /// Creates an error about one file.
  public init(path: String, reason: String, kind: Kind) {
    self.path = path
    self.reason = reason
    self.kind = kind
  }

  /// The path and what is wrong with it.
  public var description: String { "\(path): \(reason)" }
}

extension CheckpointError {
  /// An input that cannot be opened or read.
  init(_ error: FileError) {
    self.init(path: error.path, reason: error.reason, kind: error.isMissing ? .missing : .unreadable)
  }

  init(_ error: Malformed, in path: String) {
    self.init(path: path, reason: error.reason, kind: .badData)
  }
}
