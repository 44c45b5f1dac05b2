import Foundation
import Layers
import Machine

/// Which layers of a network to record.
public enum LayerSelection {
  /// The layers that a comma-separated list of names and patterns chooses, each once.
  ///
  /// A word is `all`; the name of one of the model's lists, `relevant` for the study's; a layer's name in either
  /// spelling; or a shell pattern (`*`, `?`, `[…]`) matched against both spellings, where `*` also matches dots.
  /// Lists come in their own order, patterns in order of execution.
  ///
  /// - Throws: ``UnknownName`` for a word that chooses nothing, with the nearest layers.
  public static func layers(_ words: String, of model: Model) throws -> [String] {
    var chosen: [String] = []
    var seen: Set<String> = []
    for word in words.split(separator: ",") {
      for layer in try layers(word: String(word), of: model) where seen.insert(layer).inserted {
        chosen.append(layer)
      }
    }
    guard !chosen.isEmpty else {
      throw Failure(.usage, "no layers are chosen", remedy: "name some, or 'relevant' or 'all'")
    }
    return chosen
  }

  private static func layers(word: String, of model: Model) throws -> [String] {
    if word == "all" { return try model.graph().names }
    if let list = model.relevantLayerVariants.first(where: { $0.name == word }) { return list.layers }
    guard word.contains(where: { "*?[".contains($0) }) else { return [try model.layer(named: word)] }
    let matches = try model.graph().names.filter {
      fnmatch(word, $0, 0) == 0 || fnmatch(word, model.studyName(of: $0), 0) == 0
    }
    return matches.isEmpty ? [try model.layer(named: word)] : matches
  }
}
