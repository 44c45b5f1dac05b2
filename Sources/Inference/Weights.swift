public import Machine

/// The source of a network's parameters.
public enum Weights: Sendable, Hashable, CustomStringConvertible {
  /// A checkpoint in any format that ``Checkpoint`` reads. If several sets of weights fit, `key` selects one.
  case file(String, key: String? = nil)
  /// Parameters from the documented generator, for tests and benchmarks. The network then computes
  /// meaningless results.
  case seeded(UInt64)

  /// Parses `seeded:N`, or the path of a checkpoint.
  ///
  /// - Throws: ``Failure`` when the text after `seeded:` is not a number.
  public init(_ argument: String) throws(Failure) {
    guard argument == "seeded" || argument.hasPrefix("seeded:") else {
      self = .file(argument)
      return
    }
    guard let seed = UInt64(argument.dropFirst("seeded:".count)) else {
      throw Failure(.usage, "'\(argument)': give a number after 'seeded:', such as seeded:1")
    }
    self = .seeded(seed)
  }

  /// The weights in the syntax of the command line.
  public var description: String {
    switch self {
    case .file(let path, key: _): path
    case .seeded(let seed): "seeded:\(seed)"
    }
  }
}
