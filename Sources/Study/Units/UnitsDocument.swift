import Foundation
package import Units

/// The formats of a list of units. `--units` reads every format.
package enum UnitsFormat: String, Sendable, CaseIterable {
  /// One `layer__channel` per line, in the study's spelling.
  case lines
  /// The study's JSON: `{"units": ["layer__channel", …]}`.
  case json
  /// Comma-separated values under a header: unit, layer, channel.
  case csv

  /// Returns the text of a list.
  package func text(of units: [UnitName]) -> String {
    switch self {
    case .lines: units.map { $0.studyName + "\n" }.joined()
    case .json: "{\"units\": [" + units.map { "\"\($0.studyName)\"" }.joined(separator: ", ") + "]}\n"
    case .csv:
      "unit,layer,channel\n" + units.map { "\($0.studyName),\($0.layer),\($0.channel)\n" }.joined()
    }
  }
}
