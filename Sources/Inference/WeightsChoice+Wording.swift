package import Machine
package import Models

extension WeightsChoice {
  /// The location of the weights in the file, in words that follow the name of the network; empty at the
  /// root.
  package var place: String { key.isEmpty ? "" : " under the key '\(key)'" }

  /// Returns notes for the user on the weights that were chosen and those that were not. The sentences name
  /// the file.
  package func notes(on path: String) -> [Sentence] {
    var notes: [Sentence] = []
    if !others.isEmpty {
      let rest = others.map { "'\($0)'" }.joined(separator: ", ")
      notes.append(
        "\(path) holds \(others.count + 1) sets of weights that fit; taken: \(key.isEmpty ? "the root" : "'\(key)'"), "
          + "not \(rest); \(.weightsKey, "KEY") takes another")
    }
    if !outside.isEmpty {
      let shown = outside.prefix(3).joined(separator: ", ") + (outside.count > 3 ? ", …" : "")
      notes.append(
        "\(path): \(outside.count) tensors are no part of the network and not read (\(shown))")
    }
    return notes
  }
}
