/// A sentence for the user that keeps the settings and commands it names. Each interface names them
/// differently: `--batch-size` on the command line, a field in a form.
///
///     "the memory does not suffice; lower \(.threads) or \(.batchSize)"
public struct Sentence: Hashable, Sendable, CustomStringConvertible {
  /// A piece of a sentence.
  public enum Part: Hashable, Sendable {
    /// Literal words.
    case text(String)
    /// A setting, with the value to give it if the sentence states one.
    case setting(Setting, value: String?)
    /// A command of the program, with a setting if the sentence states one.
    case command(Command, with: Setting?)
    /// A command as it is typed: an instruction to run the program.
    case invocation(Command)
  }

  /// The pieces, in order.
  public private(set) var parts: [Part] = []

  /// Creates a sentence without settings.
  public init(_ text: String) { append(.text(text)) }

  /// The sentence for users of the Swift API, with the settings named in plain words.
  public var description: String { text(in: .plain) }

  /// Returns the sentence with its settings and commands named in the words of one interface.
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

  /// Concatenates two sentences, without a separator.
  public static func + (first: Sentence, second: Sentence) -> Sentence {
    var sum = first
    for part in second.parts { sum.append(part) }
    return sum
  }

  /// Adds a piece. Adjacent words are merged into one piece, so that equal sentences compare equal.
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
  /// The pieces of an interpolated literal with settings.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var sentence = Sentence("")

    /// Creates an empty sentence.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds words.
    public mutating func appendLiteral(_ literal: String) { sentence.append(.text(literal)) }

    /// Adds another sentence, and keeps its settings.
    public mutating func appendInterpolation(_ other: Sentence) { sentence = sentence + other }

    /// Adds a setting.
    public mutating func appendInterpolation(_ setting: Setting) {
      sentence.append(.setting(setting, value: nil))
    }

    /// Adds a setting with the value to give it.
    public mutating func appendInterpolation(_ setting: Setting, _ value: some CustomStringConvertible) {
      sentence.append(.setting(setting, value: "\(value)"))
    }

    /// Adds a command, with a setting if one is given.
    public mutating func appendInterpolation(_ command: Command, with setting: Setting? = nil) {
      sentence.append(.command(command, with: setting))
    }

    /// Adds a command as it is typed.
    public mutating func appendInterpolation(calling command: Command) {
      sentence.append(.invocation(command))
    }

    /// Adds the description of a value. The settings of an error's sentence stay settings.
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
  /// Returns all sentences joined into one, with a separator between them.
  package func joined(separator: String) -> Sentence {
    var sum: Sentence = ""
    for (place, sentence) in enumerated() { sum = place == 0 ? sentence : "\(sum)\(separator)\(sentence)" }
    return sum
  }
}

extension Sentence {
  /// The names of settings and commands in one interface.
  public struct Wording: Sendable {
    let setting: @Sendable (Setting, _ value: String?) -> String
    let command: @Sendable (Command, _ setting: Setting?) -> String
    let invocation: @Sendable (Command) -> String

    /// Creates a wording.
    ///
    /// - Parameters:
    ///   - setting: Names a setting, with its value where it has one.
    ///   - command: Names a command, with a setting if one is given.
    ///   - invocation: Names a command as it is typed.
    public init(
      setting: @escaping @Sendable (Setting, _ value: String?) -> String,
      command: @escaping @Sendable (Command, _ setting: Setting?) -> String,
      invocation: @escaping @Sendable (Command) -> String
    ) {
      (self.setting, self.command, self.invocation) = (setting, command, invocation)
    }

    /// Returns an error's description in one sentence.
    public func text(of error: any Error) -> String { ("\(error)" as Sentence).text(in: self) }

    /// Plain words in quotes, for interfaces without a command line: `'batch size'`, `'keep extremes:5'`.
    public static let plain = Wording(
      setting: { setting, value in "'\(([setting.name] + [value].compactMap { $0 }).joined(separator: " "))'"
      },
      command: { command, setting in
        command.rawValue + (setting.map { " with \($0.name)" } ?? "")
      },
      invocation: { $0.rawValue })
  }
}
