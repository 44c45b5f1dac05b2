import Layers
import Tensor

/// A candidate set of a network's parameters in a checkpoint: one key prefix, and the tensors under it.
struct WeightsCandidate {
  /// The common prefix of the keys, including the separator.
  let prefix: String
  /// The network with the head of these tensors.
  let model: Model
  /// The network's parameters under the prefix, with canonical names, and unknown tensors among them.
  let tensors: [AdaptedTensor]
  /// The reasons why the tensors do not fit the network.
  let problems: BindingError

  /// The prefix in the user's form, without the separator at its end; empty at the root.
  var key: String { String(prefix.dropLast()) }

  var fits: Bool { problems == BindingError() }

  var faults: Int { problems.missing.count + problems.mismatched.count + problems.unexpected.count }

  /// The words in keys that mark a moving average of a network.
  private static let averages: Set<Substring> = [
    "average", "averaged", "avg", "ema", "momentum", "shadow", "swa", "target", "teacher",
  ]

  /// Whether the key names a moving average.
  var isAverage: Bool {
    key.lowercased().split { !$0.isLetter }.contains { Self.averages.contains($0) }
  }

  /// The number of components of the key.
  var depth: Int { prefix.count { WeightsSearch.isSeparator($0) } }

  /// The names of the checkpoint's tensors that the candidate uses.
  var parts: [[String]] { tensors.map(\.parts) }
}

/// Searches a checkpoint for a network.
///
/// A candidate is a prefix under which the network's parameters may be, for example `state_dict.module.`. The
/// names of wrappers need not be known: every prefix that enough tensors share is tried. Tensors outside of
/// the prefix are not part of the model.
struct WeightsSearch {
  let source: any TensorSource
  /// The network with the published head.
  let model: Model
  private let graph: Graph

  init(source: any TensorSource, model: Model) throws(GraphError) {
    (self.source, self.model) = (source, model.with(.published))
    graph = try self.model.graph()
  }

  /// The largest number of components of a prefix. Training wraps a model at most five or six times.
  private static let depthLimit = 12
  /// The largest number of prefixes to try. Few prefixes contain as many tensors as a network.
  private static let limit = 256

  static func isSeparator(_ character: Character) -> Bool { character == "." || character == "/" }

  /// Returns all candidates, best first. Candidates that fit are ordered by ``precedes(_:_:)``, the others by
  /// the number of faults.
  func candidates(under key: String? = nil) -> [WeightsCandidate] {
    let prefixes = prefixes(holding: max(1, graph.parameters.count / 2)).filter { prefix in
      guard let key, !key.isEmpty else { return key == nil || prefix.isEmpty }
      return prefix.dropLast() == key || prefix.hasPrefix("\(key).") || prefix.hasPrefix("\(key)/")
    }
    // The file order decides between candidates that are otherwise equal.
    var heads: [Model.Head: (model: Model, graph: Graph)] = [.published: (model, graph)]
    return prefixes.map { candidate($0, &heads) }.enumerated().sorted { a, b in
      if a.element.faults != b.element.faults { return a.element.faults < b.element.faults }
      return precedes(a.element, b.element) ?? (a.offset < b.offset)
    }.map(\.element)
  }

  /// Whether candidate `a` is preferred to candidate `b`. Preferred are a candidate with a head, then the
  /// network itself rather than its moving average, then the shorter key; `nil` if the order in the file
  /// decides.
  private func precedes(_ a: WeightsCandidate, _ b: WeightsCandidate) -> Bool? {
    if (a.model.head == .absent) != (b.model.head == .absent) { return b.model.head == .absent }
    if a.isAverage != b.isAverage { return b.isAverage }
    return a.depth == b.depth ? nil : a.depth < b.depth
  }

  /// Returns the prefixes that at least `least` names share, in the order of the file. The empty prefix is
  /// always included.
  private func prefixes(holding least: Int) -> [String] {
    var counts: [Substring: Int] = [:]
    var order: [Substring] = []
    for name in source.names {
      var depth = 0
      for index in name.indices where Self.isSeparator(name[index]) {
        depth += 1
        guard depth <= Self.depthLimit else { break }
        let prefix = name[...index]
        if counts[prefix] == nil { order.append(prefix) }
        counts[prefix, default: 0] += 1
      }
    }
    return [""] + order.filter { counts[$0, default: 0] >= least }.prefix(Self.limit).map(String.init)
  }

  private func candidate(
    _ prefix: String, _ heads: inout [Model.Head: (model: Model, graph: Graph)]
  ) -> WeightsCandidate {
    var adapted = model.weights.layout.adapt(PrefixedTensors(source, prefix: prefix))
    let head = model.head(of: adapted)
    if heads[head] == nil {
      let fitted = model.with(head)
      heads[head] = (try? fitted.graph()).map { (fitted, $0) }
    }
    let (model, graph) = heads[head] ?? (model, graph)
    if head == .absent { adapted.removeAll { model.isOfHead($0.name) } }
    for index in adapted.indices { adapted[index].parts = adapted[index].parts.map { prefix + $0 } }
    let kept = relevant(adapted, graph)
    var problems = BindingError()
    do throws(BindingError) { try graph.check(AdaptedTensors(kept, from: source)) } catch { problems = error }
    if let nested = source as? any NestedTensorSource {
      problems.missing = problems.missing.map { name in
        nested.obstacle(at: prefix + name).map { "\(name) (\($0))" } ?? name
      }
    }
    return WeightsCandidate(prefix: prefix, model: model, tensors: kept, problems: problems)
  }

  /// Removes tensors that are not part of a model: tensors in dictionaries without parameters, counters and
  /// masks.
  private func relevant(_ tensors: [AdaptedTensor], _ graph: Graph) -> [AdaptedTensor] {
    guard let source = source as? any NestedTensorSource else { return tensors }
    let parameters = Set(graph.parameters.map(\.name))
    let own = tensors.filter { parameters.contains($0.name) }
    let dictionaries = Set(own.flatMap(\.parts).map(source.dictionary))
    let common = Self.commonPath(dictionaries)
    let types = Set(own.flatMap(\.parts).compactMap(source.elementType))
    return tensors.filter { tensor in
      if parameters.contains(tensor.name) { return true }
      let isBeside = tensor.parts.allSatisfy { part in
        let dictionary = source.dictionary(of: part)
        return dictionaries.contains(dictionary)
          || (dictionaries.count > 1 && Self.lies(dictionary, in: common))
      }
      guard isBeside, let type = tensor.parts.first.flatMap(source.elementType) else { return isBeside }
      if !type.isReadable || type.isInteger { return false }
      return tensor.shape.count > 1 || types.contains(type)
    }
  }

  /// Returns the innermost dictionary that contains all given dictionaries.
  private static func commonPath(_ paths: Set<String>) -> String {
    guard let first = paths.first else { return "" }
    var common = first.split(separator: ".", omittingEmptySubsequences: false)
    for path in paths {
      let parts = path.split(separator: ".", omittingEmptySubsequences: false)
      common = zip(common, parts).prefix { $0 == $1 }.map(\.0)
    }
    return common.joined(separator: ".")
  }

  private static func lies(_ path: String, in other: String) -> Bool {
    other.isEmpty || path == other || path.hasPrefix("\(other).")
  }
}

/// The tensors of a source whose names have a prefix, with the prefix removed.
private struct PrefixedTensors: TensorSource {
  let base: any TensorSource
  let prefix: String
  let names: [String]

  init(_ base: any TensorSource, prefix: String) {
    (self.base, self.prefix) = (base, prefix)
    names =
      prefix.isEmpty
      ? base.names : base.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  func shape(of name: String) -> Shape? { base.shape(of: prefix + name) }
  func tensor(named name: String) throws -> Tensor { try base.tensor(named: prefix + name) }
}

extension ElementType {
  /// Whether the type is an integer type, for counters, indices and masks.
  fileprivate var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .bool: true
    default: false
    }
  }
}
