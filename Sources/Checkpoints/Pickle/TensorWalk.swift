import Formats

/// Lists the tensors in what a pickle holds, under dotted names, with the dictionary each is in.
///
/// Only what leads to weights is judged: containers that hold themselves or nest too deep end there, and are no error.
struct TensorWalk {
  /// A tensor or array, the name it is stored under and the number of its dictionary.
  struct Item {
    let name: String
    let value: PickleValue
    let dictionary: Int
  }

  /// Bounds on the walk: a pickle may share containers so that paths grow exponentially.
  private enum Limits {
    static let depth = 64
    static let visits = 10_000_000
    static let nameLength = 4_096
    static let names = 100_000
    static let placeholders = 10_000
    /// The paths by which one container is listed.
    static let paths: UInt8 = 8
  }

  private enum Container: Hashable { case sequence(Int), dictionary(Int), object(Int) }

  private let heap: PickleHeap
  /// The tensors, in the pickle's order.
  private(set) var items: [Item] = []
  /// The path of each dictionary or list. A module and all its submodules count as one dictionary, as their state
  /// dictionary would be.
  private(set) var dictionaries: [String] = []
  /// What stands under a name in place of a tensor.
  private(set) var placeholders: [String: String] = [:]
  /// Whether something was nested too deep to be looked at.
  private(set) var isCutShort = false

  private var path: [String] = []
  private var onPath: Set<Container> = []
  private var visited: [Container: UInt8] = [:]
  private var visits = 0

  /// Walks through a pickle.
  ///
  /// - Throws: ``Malformed`` when it names more tensors than any network has.
  init(of root: PickleValue, in heap: PickleHeap) throws(Malformed) {
    self.heap = heap
    try visit(root, in: nil)
    // A tensor by itself has a dictionary, too.
    if dictionaries.isEmpty { dictionaries = [""] }
  }

  private mutating func count(_ steps: Int) throws(Malformed) {
    visits += steps
    guard visits <= Limits.visits else { throw Malformed("the pickle nests its containers without end") }
  }

  /// Visits a value; `module` is the dictionary of the module it is an attribute of.
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

  /// Visits a container unless it is in itself, or too deep, or has been listed often enough.
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

  /// The number of a new dictionary at the path.
  private mutating func dictionary() -> Int {
    dictionaries.append(path.joined(separator: "."))
    return dictionaries.count - 1
  }

  /// Remembers what stands in place of a tensor.
  private mutating func note(_ object: PickleObject) {
    guard !path.isEmpty, placeholders.count < Limits.placeholders else { return }
    let name = path.joined(separator: ".")
    if name.utf8.count <= Limits.nameLength { placeholders[name] = object.summary }
  }

  /// The attributes of an instance. Those of an `nn.Module` are in three dictionaries that names do not show.
  private mutating func visit(state: PickleValue, in dictionary: Int) throws(Malformed) {
    // Instances with slots have a pair of dictionaries.
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

  /// Visits an entry of a dictionary; instances in a module are its submodules.
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
  /// What its attributes are. `torch.fx` pickles a module as a call whose first argument has them.
  fileprivate var attributes: PickleValue {
    guard case .none = state, origin.module.hasPrefix("torch.fx"), let first = arguments.first else {
      return state
    }
    return first
  }

  /// What it is, in words.
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
