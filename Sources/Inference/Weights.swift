public import Machine

/// Where the parameters of a network come from.
public enum Weights: Sendable, Hashable, CustomStringConvertible {
  /// A checkpoint, in any format ``Checkpoint`` reads, and the key of the weights in it where several sets fit.
  case file(String, key: String? = nil)
  /// The documented generator: for tests and benchmarks, meaningless as a network.
  case seeded(UInt64)

  /// Reads `seeded:N`, or the path of a checkpoint.
  ///
  /// - Throws: ``Failure`` when what follows `seeded:` is not a number.
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

  /// How the command line spells it.
  public var description: String {
    switch self {
    case .file(let path, key: _): path
    case .seeded(let seed): "seeded:\(seed)"
    }
  }
}
