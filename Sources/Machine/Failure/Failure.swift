private import Glibc

/// The reason why an operation failed, and the remedy.
public struct Failure: Explained, Hashable {
  /// The classes of failure. Each class asks for a different reaction of the user, and of a script.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Settings that contradict each other, or that the machine cannot follow.
    case usage
    /// A file whose contents contradict its format, or an unknown layer or unit.
    case badData
    /// An input that does not exist.
    case inputMissing
    /// An input that exists, on disk or on a server, and cannot be read.
    case inputUnreadable
    /// An output that cannot be created.
    case cannotCreate
    /// A write that failed, for example because the disk is full.
    case writeFailed
    /// A connection that broke. The same command continues the transfer.
    case interrupted
  }

  /// The class of failure.
  public let kind: Kind
  /// The file or address concerned, if the sentence begins with it.
  public let path: String?
  /// The problem. It follows ``path`` in the sentence if ``path`` is not `nil`.
  public let problem: Sentence
  /// The remedy, unless it is obvious.
  public let remedy: Sentence?

  /// Creates a failure. The problem and the remedy become one sentence, with a semicolon between them.
  public init(_ kind: Kind, path: String? = nil, _ problem: Sentence, remedy: Sentence? = nil) {
    (self.kind, self.path, self.problem, self.remedy) = (kind, path, problem, remedy)
  }

  /// The problem and the remedy, without the path.
  public var reason: Sentence {
    guard let remedy else { return problem }
    return "\(problem); \(remedy)"
  }

  /// One sentence: path, problem and remedy.
  public var sentence: Sentence {
    guard let path else { return reason }
    return "\(path): \(reason)"
  }

  /// The sentence, with its settings named in plain words.
  public var message: String { description }
}

extension Failure {
  /// Creates the failure of a system call on a file.
  ///
  /// - Parameters:
  ///   - kind: The class of failure.
  ///   - path: The file.
  ///   - operation: The operation that failed, with the file as `it`: `open it`.
  ///   - code: The `errno` of the call.
  package init(_ kind: Kind, path: String, cannot operation: String, code: Int32) {
    self.init(kind, path: path, "cannot \(operation): \(String(cString: strerror(code)))")
  }

  /// Creates the failure of an input that cannot be read: the file is missing, is a folder, or is not
  /// readable.
  package init(reading path: String, cannot operation: String, code: Int32) {
    let isMissing = code == ENOENT || code == ENOTDIR || code == EISDIR
    self.init(isMissing ? .inputMissing : .inputUnreadable, path: path, cannot: operation, code: code)
  }

  /// Returns the same failure with a remedy, unless it already has one.
  package func advising(_ remedy: Sentence) -> Failure {
    Failure(kind, path: path, problem, remedy: self.remedy ?? remedy)
  }

  /// Returns the same failure with another class. For example, an output folder that cannot be read is a
  /// failure of the output.
  package func reclassified(as kind: Kind) -> Failure {
    Failure(kind, path: path, problem, remedy: remedy)
  }

  /// Returns the same failure with another path: the file or address that the user knows.
  package func about(_ path: String) -> Failure { Failure(kind, path: path, problem, remedy: remedy) }
}
