import Foundation
import Machine

/// Selects layers of a network, or of a dump.
package enum LayerSelection {
  /// Returns the layers that a comma-separated list of names and patterns selects, each once.
  ///
  /// A word is one of these: `all`; the name of one of the model's lists, such as `relevant` for the study's
  /// layers; the name of a layer in either spelling; or a shell pattern (`*`, `?`, `[…]`). A pattern is
  /// matched against both spellings, and its `*` also matches dots. Lists keep their own order; the layers of
  /// a pattern are in order of execution.
  ///
  /// In a dump, a pattern may select no layer, and a list may include layers that were not recorded.
  ///
  /// - Throws: ``UnknownName`` for a word that selects no layer, with the nearest layers; ``Failure`` if no
  ///   layer is selected at all.
  package static func layers(_ words: String, of layers: some NamedLayers) throws -> [String] {
    var chosen: [String] = []
    var seen: Set<String> = []
    for word in words.split(separator: ",") {
      for layer in try Self.layers(word: String(word), of: layers) where seen.insert(layer).inserted {
        chosen.append(layer)
      }
    }
    guard !chosen.isEmpty else {
      if let recording = layers.recording, words.contains(where: { $0 != "," }) {
        throw Failure(
          .badData, "\(recording) holds none of the layers '\(words)'",
          remedy: "'\(.inspect, with: .json)' lists those it has")
      }
      throw Failure(.usage, "no layers are chosen", remedy: "name some, or 'relevant' or 'all'")
    }
    return chosen
  }

  private static func layers(word: String, of layers: some NamedLayers) throws -> [String] {
    if word == "all" { return try layers.executionOrder() }
    if let list = layers.relevantLayerVariants.first(where: { $0.name == word }) { return list.layers }
    guard word.contains(where: { "*?[".contains($0) }) else { return [try layers.layer(named: word)] }
    let matches = try layers.executionOrder().filter {
      fnmatch(word, $0, 0) == 0 || fnmatch(word, layers.studyName(of: $0), 0) == 0
    }
    return matches.isEmpty && layers.recording == nil ? [try layers.layer(named: word)] : matches
  }
}
