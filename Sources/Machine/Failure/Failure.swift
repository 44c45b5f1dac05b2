/// Why something could not be done, as the user reads it.
public struct Failure: Error, Hashable, CustomStringConvertible {
  /// The classes of failure, which scripts tell apart by exit code.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Options that contradict each other.
    case usage
    /// A file that is not what it claims, an unknown layer or unit.
    case badData
    /// An input that is not there.
    case inputMissing
    /// An output that cannot be created.
    case cannotCreate
    /// A write that failed: the disk is full.
    case writeFailed
  }

  /// The class of failure.
  public let kind: Kind
  /// One sentence that names the file and says what to do.
  public let message: String

  /// Creates an error.
  public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }

  /// The message.
  public var description: String { message }
}
