import Foundation
import Machine

/// Chooses layers of a network, or of those that a dump recorded.
package enum LayerSelection {
  /// The layers that a comma-separated list of names and patterns chooses, each once.
  ///
  /// A word is `all`; the name of one of the model's lists, `relevant` for the study's; a layer's name in either
  /// spelling; or a shell pattern (`*`, `?`, `[…]`) matched against both spellings, where `*` also matches dots.
  /// Lists come in their own order, patterns in order of execution.
  ///
  /// Of recorded layers a pattern may choose none, and a list may have some that were not recorded.
  ///
  /// - Throws: ``UnknownName`` for a word that chooses nothing, with the nearest layers; ``Failure`` where none are
  ///   chosen at all.
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
