import Formats

/// Lists the tensors in a pickle's value under dotted names, with the dictionary of each.
///
/// Containers that contain themselves or are nested too deeply are skipped without an error.
struct TensorWalk {
  /// A tensor or array, its name, and the index of its dictionary.
  struct Item {
    let name: String
    let value: PickleValue
    let dictionary: Int
  }

  /// Limits of the walk. A pickle may share containers such that the number of paths grows exponentially.
  private enum Limits {
    static let depth = 64
    static let visits = 10_000_000
    static let nameLength = 4_096
    static let names = 100_000
    static let placeholders = 10_000
    /// The number of paths under which one container is listed.
    static let paths: UInt8 = 8
  }

  private enum Container: Hashable { case sequence(Int), dictionary(Int), object(Int) }

  private let heap: PickleHeap
  /// The tensors, in the pickle's order.
  private(set) var items: [Item] = []
  /// The path of each dictionary or list. A module and all its submodules count as one dictionary, like their
  /// state dict.
  private(set) var dictionaries: [String] = []
  /// A description of each placeholder that is not a tensor, by name.
  private(set) var placeholders: [String: String] = [:]
  /// Whether a value was nested too deeply to be visited.
  private(set) var isCutShort = false

  private var path: [String] = []
  private var onPath: Set<Container> = []
  private var visited: [Container: UInt8] = [:]
  private var visits = 0

  /// Walks through a pickle's value.
  ///
  /// - Throws: ``Malformed`` when the value contains more tensors than any network.
  init(of root: PickleValue, in heap: PickleHeap) throws(Malformed) {
    self.heap = heap
    try visit(root, in: nil)
    // A single tensor also needs a dictionary.
    if dictionaries.isEmpty { dictionaries = [""] }
  }

  private mutating func count(_ steps: Int) throws(Malformed) {
    visits += steps
    guard visits <= Limits.visits else { throw Malformed("the pickle nests its containers without end") }
  }

  /// Visits a value. `module` is the dictionary of the module that has the value as an attribute.
  private mutating func visit(_ value: PickleValue, in module: Int?) throws(Malformed) {
    try count(1)
    switch value {
    case .tensor, .array:
      let name = path.isEmpty ? "tensor" : path.joined(separator: ".")
      guard name.utf8.count <= Limits.nameLength, items.count < Limits.names else {
        throw Malformed("the pickle names more than \(Limits.names) tensors, or one with a name without end")
      }
      items.append(Item(name: name, value: value, dictionary: module ?? 0))
    case .tuple(let index), .list(let index):
      try enter(.sequence(index)) { walk throws(Malformed) in
        let elements = walk.heap.sequences[index]
        try walk.count(elements.count)
        let dictionary = walk.dictionary()
        for (position, element) in elements.enumerated() {
          try walk.descend(into: element, in: dictionary, isModule: false, by: { String(position) })
        }
      }
    case .dictionary(let index):
      try enter(.dictionary(index)) { walk throws(Malformed) in
        try walk.visit(entries: walk.heap.dictionaries[index], in: walk.dictionary(), isModule: false)
      }
    case .object(let index):
      try enter(.object(index)) { walk throws(Malformed) in
        let (object, before) = (walk.heap.objects[index], walk.items.count)
        let dictionary = module ?? walk.dictionary()
        if let entries = object.entries {
          try walk.visit(entries: walk.heap.dictionaries[entries], in: dictionary, isModule: false)
        }
        try walk.visit(state: object.attributes, in: dictionary)
        if walk.items.count == before { walk.note(object) }
      }
    default: break
    }
  }

  /// Visits a container, unless it contains itself, is nested too deeply, or has been listed often enough.
  private mutating func enter(
    _ container: Container, _ body: (inout TensorWalk) throws(Malformed) -> Void
  ) throws(Malformed) {
    guard path.count < Limits.depth, onPath.count < 2 * Limits.depth,
      visited[container, default: 0] < Limits.paths
    else {
      isCutShort = true
      return
    }
    guard onPath.insert(container).inserted else {
      isCutShort = true
      return
    }
    visited[container, default: 0] += 1
    try body(&self)
    onPath.remove(container)
  }

  /// Returns the index of a new dictionary at the current path.
  private mutating func dictionary() -> Int {
    dictionaries.append(path.joined(separator: "."))
    return dictionaries.count - 1
  }

  /// Records a placeholder in the place of a tensor.
  private mutating func note(_ object: PickleObject) {
    guard !path.isEmpty, placeholders.count < Limits.placeholders else { return }
    let name = path.joined(separator: ".")
    if name.utf8.count <= Limits.nameLength { placeholders[name] = object.summary }
  }

  /// Visits the attributes of an instance. The attributes of an `nn.Module` are in three dictionaries that
  /// are not part of the names.
  private mutating func visit(state: PickleValue, in dictionary: Int) throws(Malformed) {
    // Instances with slots have a pair of dictionaries as state.
    if case .tuple(let index) = state {
      try count(heap.sequences[index].count)
      for case .dictionary(let part) in heap.sequences[index] { try visit(attributes: part, in: dictionary) }
    } else if case .dictionary(let index) = state {
      try visit(attributes: index, in: dictionary)
    }
  }

  private mutating func visit(attributes index: Int, in dictionary: Int) throws(Malformed) {
    try count(3 * heap.dictionaries[index].count)
    let members = ["_parameters", "_buffers", "_modules"].compactMap {
      heap.value($0, in: .dictionary(index))
    }
    guard !members.isEmpty else {
      return try visit(entries: heap.dictionaries[index], in: dictionary, isModule: true)
    }
    for member in members {
      guard case .dictionary(let member) = member else {
        try visit(member, in: dictionary)
        continue
      }
      try enter(.dictionary(member)) { walk throws(Malformed) in
        try walk.visit(entries: walk.heap.dictionaries[member], in: dictionary, isModule: true)
      }
    }
  }

  private mutating func visit(
    entries: [(key: PickleValue, value: PickleValue)], in dictionary: Int, isModule: Bool
  ) throws(Malformed) {
    try count(entries.count)
    for entry in entries {
      try descend(
        into: entry.value, in: dictionary, isModule: isModule,
        by: {
          switch entry.key {
          case .integer(let key): String(key)
          default: entry.key.text
          }
        })
    }
  }

  /// Visits an entry of a dictionary. Instances in a module are its submodules.
  private mutating func descend(
    into value: PickleValue, in dictionary: Int, isModule: Bool, by component: () -> String?
  ) throws(Malformed) {
    var inner: Int?
    switch value {
    case .tensor, .array: inner = dictionary
    case .object: inner = isModule ? dictionary : nil
    case .tuple, .list, .dictionary: break
    default: return
    }
    guard let component = component() else { return }
    path.append(component)
    try visit(value, in: inner)
    path.removeLast()
  }
}

extension PickleObject {
  /// The attributes of the instance. `torch.fx` pickles a module as a call whose first argument holds the
  /// attributes.
  fileprivate var attributes: PickleValue {
    guard case .none = state, origin.module.hasPrefix("torch.fx"), let first = arguments.first else {
      return state
    }
    return first
  }

  /// A description of the instance.
  fileprivate var summary: String {
    switch origin.name {
    case "_rebuild_qtensor": "a quantised tensor"
    case "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor": "a sparse tensor"
    case "_rebuild_nested_tensor": "a nested tensor"
    case "_rebuild_meta_tensor_no_storage": "a tensor without elements, of the device 'meta'"
    case _ where origin == Unpickler.outside: "something outside of the file"
    case _ where origin.module.hasPrefix("torch._"): "a tensor that '\(origin)' would make"
    default: "an instance of '\(origin)'"
    }
  }
}
