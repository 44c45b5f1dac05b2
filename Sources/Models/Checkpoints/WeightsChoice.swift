package import Layers
import Machine
package import Tensor

/// The one set of a network's parameters that is taken from a checkpoint, and what else is there.
package struct WeightsChoice: Sendable {
  /// The network, with the head that the checkpoint has.
  package let model: Model
  /// Where it is: the dotted path and prefix of its keys, empty at the root of the file.
  package let key: String
  /// The parameters under canonical names. When nothing fits, those of the candidate with the fewest faults.
  package let parameters: any TensorSource
  /// What keeps them from being the network; empty when they fit.
  package let problems: BindingError
  /// The keys of other sets that fit, with other numbers: a moving average, the teacher of a student.
  package let others: [String]
  /// The checkpoint's tensors outside of the prefix or the dictionary of the parameters, in its order.
  package let outside: [String]

  /// Whether all parameters are there, and nothing else of a network.
  package var fits: Bool { problems == BindingError() }
}

extension Model {
  /// Finds this network's parameters in a checkpoint, whatever they are wrapped in.
  ///
  /// Those are the tensors under one key prefix, in one dictionary, that are every parameter with its shape. Where several
  /// sets fit, one with a head is taken before one without, the network itself before a moving average of it (a key with the
  /// word `ema`, `teacher`, `momentum`… in it), then the shorter key, then the first in the file. Sets with the same numbers count as one.
  ///
  /// - Parameters:
  ///   - source: The checkpoint.
  ///   - key: Where to look: a key, or what keys begin with up to a dot. By default everywhere.
  /// - Returns: What is taken; look at ``WeightsChoice/problems``.
  /// - Throws: ``UnknownName`` when nothing that may be this network is under the key.
  package func choice(from source: any TensorSource, key: String? = nil) throws -> WeightsChoice {
    let search = try WeightsSearch(source: source, model: self)
    let candidates = search.candidates(under: key)
    guard let best = candidates.first else {
      let all = search.candidates()
      let known = all.contains(where: \.fits) ? all.filter(\.fits) : all
      throw UnknownName(
        .weightsKey(model: identifier), name: key ?? "",
        known: known.map(\.key).filter { !$0.isEmpty })
    }
    var distinct = [best]
    for other in candidates.dropFirst() where best.fits && other.fits {
      if !distinct.contains(where: { $0.hasNumbers(of: other, in: source) }) { distinct.append(other) }
    }
    return WeightsChoice(
      model: best.model, key: best.key, parameters: AdaptedTensors(best.tensors, from: source),
      problems: best.problems,
      others: distinct.dropFirst().map(\.key), outside: best.outside(of: source))
  }

  /// The parameters of this network out of a checkpoint of any known origin, under canonical names.
  ///
  /// Keys are renamed and tensors transposed as they are read. What inference does not need (a text tower, an
  /// optimiser, auxiliary classifiers) is left out; names nobody knows stay, for binding to report.
  package func parameters(from source: any TensorSource) -> any TensorSource {
    (try? choice(from: source))?.parameters ?? AdaptedTensors(weights.layout.adapt(source), from: source)
  }
}

extension WeightsCandidate {
  /// What is not among the parameters: batch counts and text towers are, optimisers and other networks are not.
  fileprivate func outside(of source: any TensorSource) -> [String] {
    let nested = source as? any NestedTensorSource
    let dictionaries = Set(parts.joined().compactMap { nested?.dictionary(of: $0) })
    return source.names.filter { name in
      if !name.hasPrefix(prefix) { return true }
      return nested.map { !dictionaries.contains($0.dictionary(of: name)) } ?? false
    }
  }

  /// Whether two candidates are the same network: the same tensors of the file, or equal copies of them.
  fileprivate func hasNumbers(of other: WeightsCandidate, in source: any TensorSource) -> Bool {
    if parts == other.parts { return true }
    let theirs = Dictionary(other.tensors.map { ($0.name, $0.parts) }) { first, _ in first }
    return tensors.allSatisfy { tensor in
      guard let parts = theirs[tensor.name], parts.count == tensor.parts.count else { return false }
      return zip(tensor.parts, parts).allSatisfy { $0 == $1 || Self.areEqual($0, $1, in: source) }
    }
  }

  private static func areEqual(_ a: String, _ b: String, in source: any TensorSource) -> Bool {
    guard let a = try? source.tensor(named: a), let b = try? source.tensor(named: b), a.shape == b.shape
    else {
      return false
    }
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        a.baseAddress == b.baseAddress || zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
      }
    }
  }
}
