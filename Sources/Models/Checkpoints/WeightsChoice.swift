package import Layers
import Machine
package import Tensor

/// The one set of a network's parameters that is chosen from a checkpoint, and the other contents of the
/// checkpoint.
package struct WeightsChoice: Sendable {
  /// The network with the head of the checkpoint.
  package let model: Model
  /// The key of the set: the dotted path and prefix of its keys; empty at the root of the file.
  package let key: String
  /// The parameters under canonical names. If no set fits, those of the candidate with the fewest faults.
  package let parameters: any TensorSource
  /// The reasons why the parameters do not fit the network; empty if they fit.
  package let problems: BindingError
  /// The keys of other sets that fit and have other values: a moving average, the teacher of a student.
  package let others: [String]
  /// The names of the checkpoint's tensors outside of the prefix or the dictionary of the parameters, in file
  /// order.
  package let outside: [String]

  /// Whether all parameters are present, and no unknown tensors of the network.
  package var fits: Bool { problems == BindingError() }
}

extension Model {
  /// Finds the parameters of this network in a checkpoint, under any prefix.
  ///
  /// A set fits if the tensors under one key prefix, in one dictionary, are all parameters with their shapes.
  /// If several sets fit, a set with a head precedes one without, the network itself precedes its moving
  /// average (a key that contains the word `ema`, `teacher`, `momentum`…), then the shorter key precedes,
  /// then the first in the file. Sets with equal values count as one.
  ///
  /// - Parameters:
  ///   - source: The checkpoint.
  ///   - key: The key to search under: a whole key, or its beginning up to a dot. By default the whole
  ///     checkpoint is searched.
  /// - Returns: The choice. Check ``WeightsChoice/problems`` before use.
  /// - Throws: ``UnknownName`` when no tensors under the key can be this network's.
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

  /// Returns the parameters of this network from a checkpoint of any known origin, under canonical names.
  ///
  /// Keys are renamed and tensors are transposed when they are read. Tensors that inference does not need (a
  /// text tower, an optimiser, auxiliary classifiers) are omitted. Unknown names are kept, so that binding
  /// reports them.
  package func parameters(from source: any TensorSource) -> any TensorSource {
    (try? choice(from: source))?.parameters ?? AdaptedTensors(weights.layout.adapt(source), from: source)
  }
}

extension WeightsCandidate {
  /// Returns the names of the tensors outside of the prefix or the dictionaries of the parameters. Optimiser
  /// states and other networks are outside; batch counts and text towers are not.
  fileprivate func outside(of source: any TensorSource) -> [String] {
    let nested = source as? any NestedTensorSource
    let dictionaries = Set(parts.joined().compactMap { nested?.dictionary(of: $0) })
    return source.names.filter { name in
      if !name.hasPrefix(prefix) { return true }
      return nested.map { !dictionaries.contains($0.dictionary(of: name)) } ?? false
    }
  }

  /// Whether two candidates have equal parameters: the same tensors of the file, or equal copies.
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
