/// A sentence for the user that keeps the settings and commands it names, because each kind of user knows them by
/// other names: one writes `--batch-size`, another fills in a field.
///
///     "the memory does not suffice; lower \(.threads) or \(.batchSize)"
public struct Sentence: Hashable, Sendable, CustomStringConvertible {
  /// A piece of a sentence.
  public enum Part: Hashable, Sendable {
    /// Words as they are.
    case text(String)
    /// A setting, with the value it is to have where the sentence says so.
    case setting(Setting, value: String?)
    /// A command of the program, with a setting where the sentence says so.
    case command(Command, with: Setting?)
    /// The same, called as a program: an instruction to run it.
    case invocation(Command)
  }

  /// The pieces, in order.
  public private(set) var parts: [Part] = []

  /// Creates a sentence without settings.
  public init(_ text: String) { append(.text(text)) }

  /// What is said to those who set properties, with the settings in plain words.
  public var description: String { text(in: .plain) }

  /// The sentence with its settings and commands named as some users know them.
  public func text(in wording: Wording) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .setting(let setting, let value): wording.setting(setting, value)
      case .command(let command, let setting): wording.command(command, setting)
      case .invocation(let command): wording.invocation(command)
      }
    }
    .joined()
  }

  /// One sentence after the other, without anything between them.
  public static func + (first: Sentence, second: Sentence) -> Sentence {
    var sum = first
    for part in second.parts { sum.append(part) }
    return sum
  }

  /// Adds a piece; words that follow words become one piece, so that equal sentences are equal.
  private mutating func append(_ part: Part) {
    guard case .text(let text) = part else { return parts.append(part) }
    if text.isEmpty { return }
    if case .text(let before)? = parts.last {
      parts[parts.count - 1] = .text(before + text)
    } else {
      parts.append(part)
    }
  }
}

extension Sentence: ExpressibleByStringInterpolation {
  /// What a literal with settings in it is made of.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var sentence = Sentence("")

    /// Creates a sentence of nothing.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds words.
    public mutating func appendLiteral(_ literal: String) { sentence.append(.text(literal)) }

    /// Adds another sentence, with the settings it names.
    public mutating func appendInterpolation(_ other: Sentence) { sentence = sentence + other }

    /// Adds a setting.
    public mutating func appendInterpolation(_ setting: Setting) {
      sentence.append(.setting(setting, value: nil))
    }

    /// Adds a setting with the value it is to have.
    public mutating func appendInterpolation(_ setting: Setting, _ value: some CustomStringConvertible) {
      sentence.append(.setting(setting, value: "\(value)"))
    }

    /// Adds a command, with a setting where there is one to be named.
    public mutating func appendInterpolation(_ command: Command, with setting: Setting? = nil) {
      sentence.append(.command(command, with: setting))
    }

    /// Adds a command as it is called.
    public mutating func appendInterpolation(calling command: Command) {
      sentence.append(.invocation(command))
    }

    /// Adds what any value says of itself; an error's settings stay settings.
    public mutating func appendInterpolation<Value>(_ value: Value) {
      if let error = value as? any Explained {
        appendInterpolation(error.sentence)
      } else {
        sentence.append(.text("\(value)"))
      }
    }
  }

  /// Creates a sentence without settings.
  public init(stringLiteral text: String) { self.init(text) }

  /// Creates a sentence of words, values and settings.
  public init(stringInterpolation interpolation: StringInterpolation) { self = interpolation.sentence }
}

extension Sequence<Sentence> {
  /// All sentences as one, with words between them.
  package func joined(separator: String) -> Sentence {
    var sum: Sentence = ""
    for (place, sentence) in enumerated() { sum = place == 0 ? sentence : "\(sum)\(separator)\(sentence)" }
    return sum
  }
}

extension Sentence {
  /// How users name settings and commands.
  public struct Wording: Sendable {
    let setting: @Sendable (Setting, _ value: String?) -> String
    let command: @Sendable (Command, _ setting: Setting?) -> String
    let invocation: @Sendable (Command) -> String

    /// Creates a way to name them.
    ///
    /// - Parameters:
    ///   - setting: Names a setting, with its value where it has one.
    ///   - command: Names a command, with a setting where there is one.
    ///   - invocation: Names a command as it is called.
    public init(
      setting: @escaping @Sendable (Setting, _ value: String?) -> String,
      command: @escaping @Sendable (Command, _ setting: Setting?) -> String,
      invocation: @escaping @Sendable (Command) -> String
    ) {
      (self.setting, self.command, self.invocation) = (setting, command, invocation)
    }

    /// An error in one sentence.
    public func text(of error: any Error) -> String { ("\(error)" as Sentence).text(in: self) }

    /// Plain words in quotes, for those who have no command line: `'batch size'`, `'keep extremes:5'`.
    public static let plain = Wording(
      setting: { setting, value in "'\(([setting.name] + [value].compactMap { $0 }).joined(separator: " "))'"
      },
      command: { command, setting in
        command.rawValue + (setting.map { " with \($0.name)" } ?? "")
      },
      invocation: { $0.rawValue })
  }
}
