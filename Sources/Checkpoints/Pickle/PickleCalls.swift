import Formats
import Machine
import Tensor

// The results of imports, calls and instances in a pickle. PicklePolicy lists those that are refused.
extension Unpickler {
  /// Returns the name of a class or function, or throws when the name could do harm.
  func imported(_ module: String, _ name: String) throws(Malformed) -> PickleValue {
    guard module.utf8.count <= 1_024, name.utf8.count <= 1_024 else {
      throw Malformed("the pickle imports a name without end")
    }
    // Protocol 4 allows dotted names, such as `os` with `path.join`. Both the module and the whole name are
    // checked.
    let global = PickleGlobal(module: PicklePolicy.canonical(module), name: name)
    guard !PicklePolicy.isForbidden(global) else { throw refusal(global, "names") }
    return .global(global)
  }

  private func refusal(_ global: PickleGlobal, _ verb: String) -> Malformed {
    Malformed(
      "refused: its pickle \(verb) '\(global)', which no weights need; nothing was executed. If you trust the file, "
        + "save only its state dictionary", isRefusal: true)
  }

  /// Returns the result of a call: a tensor's description or a container when the callee is known, otherwise
  /// a placeholder.
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

  /// Returns the value for an instance of a class.
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

  /// Returns the result of calls that build containers without an opcode, and of calls that look up names.
  private mutating func container(
    _ global: PickleGlobal, _ values: [PickleValue]
  ) throws(Malformed) -> PickleValue? {
    for value in values {
      // A container made from another one copies it, at once or when modified.
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
      // Protocol 2 writes bytes as `bytearray(text, "latin-1")`.
      return try latin1(values)
    case "copyreg._reconstructor":
      guard case .global(let type) = values.first else { return nil }
      return heap.object(PickleObject(origin: type, state: values.last ?? .none))
    case "builtins.getattr", "dill._dill._get_attr":
      guard values.count >= 2, let name = values[1].text else { return nil }
      guard case .global(let owner) = values[0] else {
        // An attribute of a placeholder is a placeholder. Its name is checked nevertheless.
        _ = try imported("", name)
        return nil
      }
      return try imported(owner.module, owner.name.isEmpty ? name : "\(owner.name).\(name)")
    case "dill._dill._import_module":
      guard let module = values.first?.text else { return nil }
      // A module is harmless by itself. The names looked up in it are checked.
      return .global(PickleGlobal(module: PicklePolicy.canonical(module), name: ""))
    default: return nil
    }
  }

  /// Returns the entries of a dictionary, or of a list of pairs.
  private func entries(_ value: PickleValue?) -> [(key: PickleValue, value: PickleValue)] {
    if case .dictionary(let index) = value { return heap.dictionaries[index] }
    return (value.flatMap { heap.sequence($0) } ?? []).compactMap { pair in
      guard let pair = heap.sequence(pair), pair.count == 2 else { return nil }
      return (pair[0], pair[1])
    }
  }

  /// Returns the bytes of a Latin-1 text, as which protocol 2 stores byte strings.
  private mutating func latin1(_ values: [PickleValue]) throws(Malformed) -> PickleValue? {
    guard case .text(let text) = values.first, let name = values.dropFirst().first?.text,
      name == "latin1" || name == "latin-1"
    else { return nil }
    // The memo lets a pickle encode one text many times. Genuine pickles encode each text once.
    encoded += text.utf8.count
    // Characters of one byte in the pickle may become two bytes.
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

  /// Sets the state of the value on top of the stack.
  mutating func build(_ state: PickleValue) throws(Malformed) {
    switch try top() {
    case .object(let index): heap.objects[index].state = state
    case .array(let index):
      if let values = heap.sequence(state) { TensorCalls.setArray(index, values, in: &self) }
    case .numberType(let index):
      if let order = heap.sequence(state)?.dropFirst().first?.text {
        heap.numberTypes[index].isBigEndian = order == ">"
      }
    // Ordered dictionaries have `_metadata`, parameters have hooks, functions have attributes. None of these
    // is needed.
    case .dictionary, .tensor, .list, .set, .tuple, .global, .storage, .bytes, .text: break
    default: throw Malformed("the pickle sets the state of something that has none, at byte \(position)")
    }
  }

  /// The placeholder's class for an object outside of the pickle that is not a storage.
  static let outside = PickleGlobal(module: "", name: "persistent identifier")

  /// Returns the value of a persistent identifier: a torch storage or, in the legacy format, a module with
  /// its source. Any other identifier gives a placeholder, and a tensor based on it is a placeholder, too.
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
