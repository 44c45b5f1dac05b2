private import Glibc

/// Why something could not be done, and what to do about it.
public struct Failure: Explained, Hashable {
  /// The classes of failure: each asks something else of the user, and of a script.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Settings that contradict each other, or that the machine cannot follow.
    case usage
    /// A file that is not what it claims, an unknown layer or unit.
    case badData
    /// An input that is not there.
    case inputMissing
    /// An input that is there, or its server, and does not give what it holds.
    case inputUnreadable
    /// An output that cannot be created.
    case cannotCreate
    /// A write that failed: the disk is full.
    case writeFailed
    /// A connection that broke; the same again goes on.
    case interrupted
  }

  /// The class of failure.
  public let kind: Kind
  /// The file or address concerned, where the sentence begins with it.
  public let path: String?
  /// What is wrong; with ``path`` before it where there is one.
  public let problem: Sentence
  /// What to do about it, unless that is clear.
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

  /// The sentence, with its settings in plain words.
  public var message: String { description }
}

extension Failure {
  /// A call of the system that failed on a file.
  ///
  /// - Parameters:
  ///   - kind: The class of failure.
  ///   - path: The file.
  ///   - operation: What was to be done, with the file as `it`: `open it`.
  ///   - code: The system's number of the error.
  package init(_ kind: Kind, path: String, cannot operation: String, code: Int32) {
    self.init(kind, path: path, "cannot \(operation): \(String(cString: strerror(code)))")
  }

  /// An input that the system does not give: missing, or a folder in its place, or unreadable.
  package init(reading path: String, cannot operation: String, code: Int32) {
    let isMissing = code == ENOENT || code == ENOTDIR || code == EISDIR
    self.init(isMissing ? .inputMissing : .inputUnreadable, path: path, cannot: operation, code: code)
  }

  /// The same failure with advice, unless it has its own.
  package func advising(_ remedy: Sentence) -> Failure {
    Failure(kind, path: path, problem, remedy: self.remedy ?? remedy)
  }

  /// The same failure, of another class: an output's folder that cannot be read stops its output.
  package func reclassified(as kind: Kind) -> Failure {
    Failure(kind, path: path, problem, remedy: remedy)
  }

  /// The same failure, of the file or address that the user knows.
  package func about(_ path: String) -> Failure { Failure(kind, path: path, problem, remedy: remedy) }
}
