import Mustache

/// Text escaped for any place in a page: between tags and in quoted attributes.
///
/// The escaping works on code points. The templates' own escaping works on characters, in which `<` or `"`
/// followed by a combining mark is one different character that is not escaped. A browser, however, reads it
/// as a tag or as the end of an attribute.
struct MarkupText: MustacheContentType {
  /// The name of this content type in templates.
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
      // A page must not contain these characters in any form, so they are replaced.
      case "\0"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": escaped.append("\u{FFFD}")
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
