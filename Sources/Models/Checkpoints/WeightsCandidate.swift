import Layers
import Tensor

/// A place in a checkpoint where a network's parameters may be: one key prefix, and what is under it.
struct WeightsCandidate {
  /// What names of parameters begin with in the checkpoint, separator included.
  let prefix: String
  /// The network, with the head that it has there.
  let model: Model
  /// The network's parameters from there, under canonical names, and what else is among them.
  let tensors: [AdaptedTensor]
  /// What keeps them from being the network.
  let problems: BindingError

  /// The prefix as users give it, without the separator at its end; empty at the root.
  var key: String { String(prefix.dropLast()) }

  var fits: Bool { problems == BindingError() }

  var faults: Int { problems.missing.count + problems.mismatched.count + problems.unexpected.count }

  /// The words that name the moving average of a network beside the network itself.
  private static let averages: Set<Substring> = [
    "average", "averaged", "avg", "ema", "momentum", "shadow", "swa", "target", "teacher",
  ]

  /// Whether the key is that of a moving average.
  var isAverage: Bool {
    key.lowercased().split { !$0.isLetter }.contains { Self.averages.contains($0) }
  }

  /// The number of parts of the key.
  var depth: Int { prefix.count { WeightsSearch.isSeparator($0) } }

  /// The checkpoint's tensors that it takes.
  var parts: [[String]] { tensors.map(\.parts) }
}

/// Looks for a network in a checkpoint.
///
/// A candidate is a prefix under which the network's parameters are looked for: `state_dict.module.` say. No names of
/// wrappers are known. Every prefix is tried that enough tensors share; what lies outside of it is no part of the
/// model.
struct WeightsSearch {
  let source: any TensorSource
  /// The network, with the published head.
  let model: Model
  private let graph: Graph

  init(source: any TensorSource, model: Model) throws(GraphError) {
    (self.source, self.model) = (source, model.with(.published))
    graph = try self.model.graph()
  }

  /// The parts a prefix may have; training wraps a model five or six times at the very most.
  private static let depthLimit = 12
  /// The prefixes that are tried. Few hold as many tensors as a network has.
  private static let limit = 256

  static func isSeparator(_ character: Character) -> Bool { character == "." || character == "/" }

  /// All candidates, the best first: those that fit, by ``precedes(_:_:)``, then the rest by the number of faults.
  func candidates(under key: String? = nil) -> [WeightsCandidate] {
    let prefixes = prefixes(holding: max(1, graph.parameters.count / 2)).filter { prefix in
      guard let key, !key.isEmpty else { return key == nil || prefix.isEmpty }
      return prefix.dropLast() == key || prefix.hasPrefix("\(key).") || prefix.hasPrefix("\(key)/")
    }
    // Sorting keeps the order of the file where nothing else decides.
    var heads: [Model.Head: (model: Model, graph: Graph)] = [.published: (model, graph)]
    return prefixes.map { candidate($0, &heads) }.enumerated().sorted { a, b in
      if a.element.faults != b.element.faults { return a.element.faults < b.element.faults }
      return precedes(a.element, b.element) ?? (a.offset < b.offset)
    }.map(\.element)
  }

  /// Which of two candidates is taken: one with a head before one without, the network itself before a moving average of
  /// it, the shorter key before the longer one; `nil` where that is for the order in the file.
  private func precedes(_ a: WeightsCandidate, _ b: WeightsCandidate) -> Bool? {
    if (a.model.head == .absent) != (b.model.head == .absent) { return b.model.head == .absent }
    if a.isAverage != b.isAverage { return b.isAverage }
    return a.depth == b.depth ? nil : a.depth < b.depth
  }

  /// The prefixes that so many names share, in the order of the file; the empty one is always among them.
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

  /// Leaves out what is no part of a model: tensors of other dictionaries than the parameters', and what no layer has as
  /// a weight, counters and masks.
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

  /// The innermost dictionary that holds all of some dictionaries.
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

/// The tensors of a source whose names begin alike, without that beginning.
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
  /// Whether it counts, indexes or masks.
  fileprivate var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .bool: true
    default: false
    }
  }
}
