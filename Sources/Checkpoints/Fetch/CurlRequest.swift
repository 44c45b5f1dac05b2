import Machine

/// One request, in the words of `curl`'s configuration files.
///
/// It is given on the standard input: what is on a command line, everybody on the machine can read.
struct CurlRequest {
  /// The `http` or `https` address.
  let address: String
  /// The first byte that is asked for, 0 for all.
  var start = 0
  /// What the file must still have for its rest to be sent.
  var validator: String?

  /// Whether only secure addresses may be gone to: from a secure one, none that is not.
  var isSecure: Bool { address.lowercased().hasPrefix("https:") }

  var configuration: String {
    let protocols = isSecure ? "=https" : "=http,https"
    var lines = [
      Self.option("url", address), "globoff", "silent", "show-error", "include", "no-buffer",
      "location", "max-redirs = 20", "suppress-connect-headers", Self.option("proto", protocols),
      Self.option("proto-redir", protocols),
      // Sizes and ranges count these bytes.
      Self.option("header", "Accept-Encoding: identity"),
      Self.option("user-agent", "activation-dump/\(toolVersion)"),
      "connect-timeout = 60", "speed-limit = 1", "speed-time = 60", "max-time = 604800",
    ]
    if start > 0 { lines.append(Self.option("header", "Range: bytes=\(start)-")) }
    if start > 0, let validator { lines.append(Self.option("header", "If-Range: \(validator)")) }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func option(_ name: String, _ value: String) -> String {
    var quoted = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\", "\"": quoted += "\\\(scalar)"
      case "\0"..."\u{1F}", "\u{7F}": continue  // no part of an address or of a header
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return "\(name) = \"\(quoted)\""
  }
}
