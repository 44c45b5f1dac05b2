import Mustache

/// Text as it may stand anywhere in a page: between tags and in quoted attributes.
///
/// It looks at code points. The templates' own escaping looks at characters, to which a `<` or `"` with a combining mark
/// behind it is another character that needs no care; to a browser it is a tag or the end of an attribute.
struct MarkupText: MustacheContentType {
  /// What templates call this by.
  static let name = "ATTRIBUTE-SAFE-HTML"

  func escapeText(_ text: String) -> String { Self.escaped(text) }

  static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      // No page may hold them, however they are written.
      case "\0"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": escaped.append("\u{FFFD}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
