import Formats
import Machine
import Tensor

// What imports, calls and instances become. See PicklePolicy for what is refused.
extension Unpickler {
  /// The name of a class or function, refused where it could do harm.
  func imported(_ module: String, _ name: String) throws(Malformed) -> PickleValue {
    guard module.utf8.count <= 1_024, name.utf8.count <= 1_024 else {
      throw Malformed("the pickle imports a name without end")
    }
    // Protocol 4 allows dotted names, `os` and `path.join` say: the module decides, and so does the whole.
    let global = PickleGlobal(module: PicklePolicy.canonical(module), name: name)
    guard !PicklePolicy.isForbidden(global) else { throw refusal(global, "names") }
    return .global(global)
  }

  private func refusal(_ global: PickleGlobal, _ verb: String) -> Malformed {
    Malformed(
      "refused: its pickle \(verb) '\(global)', which no weights need; nothing was executed. If you trust the file, "
        + "save only its state dictionary", isRefusal: true)
  }

  /// What a call gives: a tensor's description or a container where it is known, else a placeholder.
  mutating func call(_ callee: PickleValue, with arguments: PickleValue) throws(Malformed) -> PickleValue {
    guard case .tuple(let index) = arguments else {
      throw Malformed("the pickle calls with something else than a tuple")
    }
    let values = heap.sequences[index]
    guard case .global(let global) = callee else {
      if case .object(let index) = callee {
        let origin = heap.objects[index].origin
        if PicklePolicy.writesClasses(origin) {
          return heap.object(PickleObject(origin: origin, arguments: values))
        }
        throw refusal(origin, "calls what it gets from")
      }
      throw Malformed(
        "refused: its pickle calls something that is not a name; nothing was executed", isRefusal: true)
    }
    guard PicklePolicy.isInert(global) else { throw refusal(global, "calls") }
    if let built = try TensorCalls.result(of: global, values, in: &self) { return built }
    return try container(global, values) ?? heap.object(PickleObject(origin: global, arguments: values))
  }

  /// What an instance of a class becomes.
  mutating func instantiate(_ type: PickleValue, with arguments: PickleValue) throws(Malformed) -> PickleValue
  {
    let values = heap.sequence(arguments) ?? []
    switch type {
    case .global(let global):
      return try container(global, values) ?? heap.object(PickleObject(origin: global, arguments: values))
    case .object(let index):
      return heap.object(PickleObject(origin: heap.objects[index].origin, arguments: values))
    default:
      throw Malformed("the pickle makes an instance of something that is no class, at byte \(position)")
    }
  }

  /// The plain containers that have no opcode of their own, and look-ups by which other names are spelt.
  private mutating func container(
    _ global: PickleGlobal, _ values: [PickleValue]
  ) throws(Malformed) -> PickleValue? {
    for value in values {
      // A container made from another copies it, now or when it is changed.
      if let elements = heap.sequence(value) { try countNew(elements.count) }
      if case .dictionary(let index) = value { try countNew(heap.dictionaries[index].count) }
    }
    switch global.description {
    case "collections.OrderedDict", "builtins.dict", "collections.Counter":
      return heap.dictionary(entries(values.first))
    case "collections.defaultdict": return heap.dictionary(entries(values.dropFirst().first))
    case "builtins.set", "builtins.frozenset":
      return heap.set(values.first.flatMap { heap.sequence($0) } ?? [])
    case "builtins.list": return heap.list(values.first.flatMap { heap.sequence($0) } ?? [])
    case "builtins.tuple", "torch.Size":
      return heap.tuple(values.first.flatMap { heap.sequence($0) } ?? [])
    case "_codecs.encode": return try latin1(values)
    case "builtins.bytearray", "builtins.bytes":
      guard let first = values.first else { return .bytes(ByteRegion(copying: [])) }
      if case .bytes(let bytes) = first { return .bytes(bytes) }
      // Protocol 2 has `bytearray(text, "latin-1")`.
      return try latin1(values)
    case "copyreg._reconstructor":
      guard case .global(let type) = values.first else { return nil }
      return heap.object(PickleObject(origin: type, state: values.last ?? .none))
    case "builtins.getattr", "dill._dill._get_attr":
      guard values.count >= 2, let name = values[1].text else { return nil }
      guard case .global(let owner) = values[0] else {
        // An attribute of a placeholder is one, too; its name is judged all the same.
        _ = try imported("", name)
        return nil
      }
      return try imported(owner.module, owner.name.isEmpty ? name : "\(owner.name).\(name)")
    case "dill._dill._import_module":
      guard let module = values.first?.text else { return nil }
      // A module by itself is harmless; what is looked up in it is judged then.
      return .global(PickleGlobal(module: PicklePolicy.canonical(module), name: ""))
    default: return nil
    }
  }

  /// The entries of a dictionary, or of a list of pairs.
  private func entries(_ value: PickleValue?) -> [(key: PickleValue, value: PickleValue)] {
    if case .dictionary(let index) = value { return heap.dictionaries[index] }
    return (value.flatMap { heap.sequence($0) } ?? []).compactMap { pair in
      guard let pair = heap.sequence(pair), pair.count == 2 else { return nil }
      return (pair[0], pair[1])
    }
  }

  /// The bytes of a Latin-1 text: how protocol 2 keeps byte strings.
  private mutating func latin1(_ values: [PickleValue]) throws(Malformed) -> PickleValue? {
    guard case .text(let text) = values.first, let name = values.dropFirst().first?.text,
      name == "latin1" || name == "latin-1"
    else { return nil }
    // One text may be encoded many times over from the memo; honest pickles encode each once.
    encoded += text.utf8.count
    // Characters of one byte in the pickle may have two here.
    guard encoded <= 2 * bytes.count else { throw Malformed("the pickle encodes more text than it holds") }
    var characters: [UInt8] = []
    characters.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw Malformed("the pickle has text that is not Latin-1")
      }
      characters.append(byte)
    }
    return .bytes(ByteRegion(copying: characters))
  }

  /// Sets the state of what is on top.
  mutating func build(_ state: PickleValue) throws(Malformed) {
    switch try top() {
    case .object(let index): heap.objects[index].state = state
    case .array(let index):
      if let values = heap.sequence(state) { TensorCalls.setArray(index, values, in: &self) }
    case .numberType(let index):
      if let order = heap.sequence(state)?.dropFirst().first?.text {
        heap.numberTypes[index].isBigEndian = order == ">"
      }
    // Ordered dictionaries carry `_metadata`, parameters their hooks, functions their attributes: of no interest here.
    case .dictionary, .tensor, .list, .set, .tuple, .global, .storage, .bytes, .text: break
    default: throw Malformed("the pickle sets the state of something that has none, at byte \(position)")
    }
  }

  /// What stands for an object outside of the pickle that no reader knows.
  static let outside = PickleGlobal(module: "", name: "persistent identifier")

  /// What a persistent identifier refers to: a torch storage or, in the legacy format, a module with its source. Anything
  /// else is a placeholder, and so is a tensor in it.
  mutating func persistent(_ identifier: PickleValue) throws(Malformed) -> PickleValue {
    let values = heap.sequence(identifier) ?? []
    if values.first?.text == "module", values.count >= 2 { return values[1] }
    guard values.first?.text == "storage", values.count >= 5, case .global(let type) = values[1],
      let key = values[2].text, key.utf8.count <= 1_024, let count = values[4].integer, count >= 0
    else { return heap.object(PickleObject(origin: Self.outside)) }
    var storage: TorchStorage
    if type.name == "UntypedStorage" {
      storage = TorchStorage(key: key, elementType: nil, count: count)
    } else if let elementType = ElementType(torchStorage: type) {
      storage = TorchStorage(key: key, elementType: elementType, count: count)
    } else {
      return heap.object(PickleObject(origin: type))
    }
    if values.count > 5, let view = heap.sequence(values[5]), view.count == 3 {
      guard let offset = view[1].integer, let size = view[2].integer, offset >= 0, size >= 0, offset <= count,
        size <= count - offset
      else { throw Malformed("the pickle has a damaged view of storage '\(key)'") }
      storage.view = (offset, size)
    }
    heap.storages.append(storage)
    return .storage(heap.storages.count - 1)
  }
}
