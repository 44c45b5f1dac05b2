import Foundation
package import Units

/// How a list of units is written down. Every form is one that `--units` reads.
package enum UnitsFormat: String, Sendable, CaseIterable {
  /// One `layer__channel` a line, in the study's spelling.
  case lines
  /// The study's JSON: `{"units": ["layer__channel", …]}`.
  case json
  /// Comma-separated values under a header: unit, layer, channel.
  case csv

  /// The text of a list.
  package func text(of units: [UnitName]) -> String {
    switch self {
    case .lines: units.map { $0.studyName + "\n" }.joined()
    case .json: "{\"units\": [" + units.map { "\"\($0.studyName)\"" }.joined(separator: ", ") + "]}\n"
    case .csv:
      "unit,layer,channel\n" + units.map { "\($0.studyName),\($0.layer),\($0.channel)\n" }.joined()
    }
  }
}
