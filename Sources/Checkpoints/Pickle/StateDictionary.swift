/// Finds the state dictionary in what a pickle holds and lists its tensors under dotted names.
struct StateDictionary {
  /// A tensor or array and the name it is stored under.
  struct Item {
    let name: String
    let value: PickleValue
  }

  /// Bounds on the walk: a pickle may share containers so that paths grow exponentially.
  private enum Limits {
    static let depth = 64
    static let visits = 10_000_000
    static let wrappings = 4
    static let nameLength = 4_096
    static let names = 100_000
  }

  private let heap: PickleHeap
  private var items: [Item] = []
  private var path: [String] = []
  private var visits = 0
  private var depth = 0

  /// The tensors of the state dictionary of a pickle, in its order.
  static func items(of root: PickleValue, in heap: PickleHeap) throws(Malformed) -> [Item] {
    var value = root
    // Training scripts wrap the state dictionary, at times twice.
    for _ in 0..<Limits.wrappings {
      guard case .dictionary(let index) = value,
        !heap.dictionaries[index].contains(where: { isTensor($0.value) })
      else { break }
      var inner: PickleValue?
      for key in ["model", "state_dict"] where inner == nil {
        guard let candidate = heap.value(key, in: value) else { continue }
        if try !collect(candidate, in: heap).isEmpty { inner = candidate }
      }
      guard let inner else { break }
      value = inner
    }
    return try collect(value, in: heap)
  }

  private static func collect(_ root: PickleValue, in heap: PickleHeap) throws(Malformed) -> [Item] {
    var walk = StateDictionary(heap: heap)
    try walk.visit(root)
    return walk.items
  }

  private init(heap: PickleHeap) { self.heap = heap }

  private static func isTensor(_ value: PickleValue) -> Bool {
    switch value {
    case .tensor, .array: true
    default: false
    }
  }

  private mutating func count(_ steps: Int) throws(Malformed) {
    visits += steps
    guard visits <= Limits.visits else { throw Malformed("the pickle nests its containers without end") }
  }

  private mutating func visit(_ value: PickleValue) throws(Malformed) {
    try count(1)
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.depth else { throw Malformed("the pickle nests its containers without end") }
    switch value {
    case .tensor, .array:
      let name = path.isEmpty ? "tensor" : path.joined(separator: ".")
      guard name.utf8.count <= Limits.nameLength, items.count < Limits.names else {
        throw Malformed("the pickle names more than \(Limits.names) tensors, or one with a name without end")
      }
      items.append(Item(name: name, value: value))
    case .tuple(let index), .list(let index):
      try count(heap.sequences[index].count)
      for (position, element) in heap.sequences[index].enumerated() {
        try descend(into: element, by: { String(position) })
      }
    case .dictionary(let index): try visit(entries: heap.dictionaries[index])
    case .object(let index):
      let object = heap.objects[index]
      if let entries = object.entries { try visit(entries: heap.dictionaries[entries]) }
      try visit(state: object.state)
    default: break
    }
  }

  /// The attributes of an instance. Those of an `nn.Module` are in three dictionaries that names do not show.
  private mutating func visit(state: PickleValue) throws(Malformed) {
    // Instances with slots have a pair of dictionaries.
    if case .tuple(let index) = state {
      try count(heap.sequences[index].count)
      for case .dictionary(let part) in heap.sequences[index] { try visit(attributes: part) }
    } else if case .dictionary(let index) = state {
      try visit(attributes: index)
    }
  }

  private mutating func visit(attributes index: Int) throws(Malformed) {
    try count(3 * heap.dictionaries[index].count)
    let members = ["_parameters", "_buffers", "_modules"].compactMap {
      heap.value($0, in: .dictionary(index))
    }
    guard members.isEmpty else {
      for member in members { try visit(member) }
      return
    }
    try visit(entries: heap.dictionaries[index])
  }

  private mutating func visit(entries: [(key: PickleValue, value: PickleValue)]) throws(Malformed) {
    try count(entries.count)
    for entry in entries {
      try descend(
        into: entry.value,
        by: {
          switch entry.key {
          case .integer(let key): String(key)
          default: entry.key.text
          }
        })
    }
  }

  private mutating func descend(into value: PickleValue, by component: () -> String?) throws(Malformed) {
    switch value {
    case .tensor, .array, .tuple, .list, .dictionary, .object: break
    default: return
    }
    guard let component = component() else { return }
    path.append(component)
    try visit(value)
    path.removeLast()
  }
}
